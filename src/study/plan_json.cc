// The plan as JSON: what `study plan --json` prints, what the journal keeps and analysis reads.
#include <fmt/core.h>

#include "base/text.h"
#include "study/burst.h"
#include "study/cells.h"
#include "study/plan.h"
#include "study/prompt.h"
#include "study/registration.h"

namespace assay::study {
namespace {

using base::Json;

Json optional_number(const std::optional<double>& number) {
  return number ? Json(*number) : Json();
}

std::string last_user_text(const Json& messages) {
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (message->value("role", "") != "user") continue;
    const Json* content = base::find_member(*message, "content");
    if (content == nullptr) return "";
    return content->is_string() ? content->get<std::string>() : base::dump_json(*content);
  }
  return "";
}

/// What the scored reply answers.
std::string question_of(const task::Case& canary) {
  return canary.follow_ups.empty() ? last_user_text(canary.messages) : canary.follow_ups.back();
}

Json guest_json(const endpoint::GuestSettings& guest) {
  const auto number = [](std::int64_t value, std::int64_t absent) {
    return value == absent ? Json() : Json(value);
  };
  const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
  return {{"model", guest.model.string()},
          {"context_tokens", number(guest.context_tokens, 0)},
          {"cache_type_k", text(guest.cache_type_k)},
          {"cache_type_v", text(guest.cache_type_v)},
          {"threads", number(guest.threads, 0)},
          {"threads_batch", number(guest.threads_batch, 0)},
          {"gpu_layers", number(guest.gpu_layers, -1)},
          {"kv_offload", guest.kv_offload ? Json(*guest.kv_offload) : Json()},
          {"cpu_moe_layers", number(guest.cpu_moe_layers, -1)},
          {"flash_attention", text(guest.flash_attention)},
          {"parallel", guest.parallel},
          {"batch", number(guest.batch, 0)},
          {"micro_batch", number(guest.micro_batch, 0)}};
}

}  // namespace

Json cell_json(const Plan& plan, const Cell& cell) {
  const ModelSpec& model = plan.models[cell.model];
  Json request = cell.request;
  if (!cell.system_prompt.empty()) request["system_prompt"] = cell.system_prompt;
  if (cell.prompt.name != kPlainPrompt) {
    request["prompt"] = {{"name", cell.prompt.name}};
    request["prompt"].update(prompt_json(cell.prompt));
  }
  if (cell.turns > 0) request["turns"] = cell.turns;
  if (cell.echo_reasoning) request["echo_reasoning"] = *cell.echo_reasoning;
  Json json{{"id", cell.id},
            {"model", model.name},
            {"kind", std::string(name_of(cell.kind))},
            {"moves", settings_json(cell.moves)},
            {"factor", cell.factor == nullptr ? Json() : Json(std::string(cell.factor->name))},
            {"level", cell.level},
            {"level_text", cell.factor == nullptr ? "" : level_text(cell.level)},
            {"request", std::move(request)},
            {"guest", model.is_guest() ? guest_json(cell.guest) : Json()}};
  if (cell.load_rate > 0) json["load"] = {{"rate", cell.load_rate}};
  if (cell.load_concurrency > 0) json["load"] = {{"concurrency", cell.load_concurrency}};
  return json;
}

namespace {

Json load_json(const load::BurstSeries& series) {
  Json objectives = Json::array();
  for (const load::Threshold& objective : series.scenario.objectives) {
    objectives.push_back(objective.expression);
  }
  return {{"burst", describe(series)},
          {"bursts", series.count},
          {"warm_up_s", series.warm_up_s},
          {"for_s", series.seconds},
          {"rate", series.rate > 0 ? Json(series.rate) : Json()},
          {"concurrency", series.concurrency > 0 ? Json(series.concurrency) : Json()},
          {"objectives", std::move(objectives)}};
}

}  // namespace

Json Plan::to_json() const {
  Json json = {{"study", id}, {"hash", hash}, {"name", spec.name}};
  json["cells"] = Json::array();
  for (const Cell& cell : cells) json["cells"].push_back(cell_json(*this, cell));
  json["runs"] = envelope.runs;
  json["tokens_worst"] = envelope.tokens_worst;
  json["wall_s_estimate"] = envelope.wall_s_estimate;
  json["cost_usd_worst"] = optional_number(envelope.cost_usd_worst);
  json["repeats"] = spec.repeats;
  json["seed"] = spec.seed;
  json["margin"] = spec.margin;
  json["verdicts"] = verdicts();
  json["runs_confirmation_most"] = envelope.runs_confirmation;
  json["design"] = {{"order", design.order},
                    {"looks", design.looks},
                    {"alpha", design.alpha},
                    {"futility", design.futility},
                    {"spending", std::string(stats::name_of(design.spending))}};
  json["decision"] = decision_json(spec.decision);
  if (spec.load) json["load"] = load_json(*spec.load);
  json["models"] = Json::array();
  for (const ModelSpec& model : models) {
    Json row = {{"name", model.name}};
    if (model.is_guest()) {
      row["gguf"] = model.gguf_as_written;
      row["description"] = model.description;
      row["quantization"] = model.quantization;
      row["memory_limit_bytes"] =
          model.memory_limit_bytes == 0 ? Json() : Json(model.memory_limit_bytes);
    } else {
      row["url"] = model.url;
      row["model"] = model.model;
      row["key_env"] = model.key_env;
    }
    row["price_input"] = optional_number(model.price_input);
    row["price_output"] = optional_number(model.price_output);
    json["models"].push_back(std::move(row));
  }
  json["packs"] = Json::array();
  for (const PackSummary& pack : packs) {
    json["packs"].push_back({{"name", pack.name}, {"cases", pack.cases}, {"hash", pack.hash}});
  }
  json["canaries"] = Json::array();
  for (const task::Case& canary : canaries) {
    json["canaries"].push_back({{"id", canary.id},
                                {"kind", canary.kind()},
                                {"tier", canary.tier},
                                {"turns", 1 + canary.follow_ups.size()},
                                {"prompt", base::ellipsize(question_of(canary), 1000)},
                                {"expected", base::ellipsize(level_text(canary.expect), 1000)}});
  }
  json["notes"] = notes;
  return json;
}

}  // namespace assay::study

#include "finding/sample_study_test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/random.h"
#include "finding/analysis.h"

namespace assay::test {
namespace {

using base::Json;

constexpr std::array<std::string_view, 4> kKinds{"lookup", "arithmetic", "extract", "order"};
constexpr std::int64_t kCreatedUnixMs = 1'767'225'600'000;

/// Right with the given chance, drawn once for each kind and canary and, where `wavering`, for each
/// repeat: the same text gives the same draws.
std::function<bool(int, int)> chance(std::array<double, 4> by_kind, double drop, bool wavering,
                                     std::string_view seed) {
  const std::uint64_t base_seed = base::sha256_seed(seed);
  return [=](int canary, int repeat) {
    const auto slot = static_cast<std::uint64_t>(canary);
    const double canary_draw = base::Random(1000 + slot).unit();
    const double trial_draw =
        base::Random(base_seed + slot * 31 + static_cast<std::uint64_t>(wavering ? repeat : 0))
            .unit();
    const double easy = by_kind[slot % 4];
    return canary_draw < easy && trial_draw >= drop;
  };
}

Json guest_of(const std::string& file) {
  return {{"model", file}, {"context_tokens", 2048}, {"parallel", 1}, {"threads", 2}};
}

struct SampleModel {
  std::string name;
  std::array<double, 4> by_kind;
  double speed;
  std::int64_t memory_bytes;
};

void add_model(SampleStudy& study, const SampleModel& model) {
  const double time = 14'000 / model.speed;
  const auto add = [&](std::string factor, std::string level, double drop, double speed, int tokens,
                       int cut, Json guest) {
    study.add({.model = model.name,
               .factor = factor,
               .level = level,
               .is_right = chance(model.by_kind, drop, drop > 0, model.name + factor + level),
               .total_ms = time * tokens / 20.0 * model.speed / speed,
               .tokens_per_s = speed,
               .completion_tokens = tokens,
               .cut = cut,
               .reply = drop > 0 ? "So it is " + level : "So it is",
               .guest = std::move(guest)});
  };
  add("", "", 0, model.speed, 20, 0, {});
  add("temperature", "0.7", 0.04, model.speed * 0.99, 21, 0, {});
  add("temperature", "1.5", 0.30, model.speed * 0.97, 26, 0, {});
  add("max_tokens", "8", 0, model.speed * 1.01, 8, 34, {});
  add("top_p", "0.9", 0, model.speed * 1.002, 20, 0, {});
  add("quantization", "Q2_K", 0.12, model.speed * 1.35, 21, 0,
      guest_of("models/" + model.name + "-Q2_K.gguf"));
  study.add_event("guest_ready", model.name,
                  {{"cell", model.name + "/baseline"},
                   {"load_ms", 420},
                   {"limit_bytes", model.memory_bytes * 2},
                   {"file_sha256", base::sha256_hex(model.name)},
                   {"props", {{"total_slots", 1}, {"chat_template", "{{ messages }}"}}}});
  study.add_event("guest_stopped", model.name,
                  {{"cell", model.name + "/baseline"}, {"peak_bytes", model.memory_bytes}});
  study.add_event(
      "guest_stopped", model.name,
      {{"cell", model.name + "/quantization=Q2_K"}, {"peak_bytes", model.memory_bytes * 6 / 10}});
}

}  // namespace

std::string SampleCell::id() const {
  if (kind == "check" || kind == "combination") {
    return fmt::format("{}/{}:{}", model, kind, factor);
  }
  return factor.empty() ? model + "/baseline" : fmt::format("{}/{}={}", model, factor, level);
}

std::function<bool(int, int)> first(int count) {
  return [count](int canary, int) { return canary < count; };
}

SampleStudy::SampleStudy(int canaries, int repeats) : canaries_(canaries), repeats_(repeats) {
  plan = {{"study", "k3f9"},
          {"name", "quickstart"},
          {"repeats", repeats},
          {"margin", 0.1},
          {"verdicts", repeats >= 3},
          {"packs",
           Json::array({{{"name", "deskwork"}, {"cases", canaries}, {"hash", "1234abcd5678"}}})},
          {"canaries", Json::array()},
          {"models", Json::array()},
          {"cells", Json::array()}};
  for (int canary = 0; canary < canaries; ++canary) {
    plan["canaries"].push_back({{"id", fmt::format("case-{}", canary)},
                                {"kind", std::string(kKinds[static_cast<std::size_t>(canary) % 4])},
                                {"prompt", fmt::format("What is thing {}?", canary)},
                                {"expected", fmt::format("thing {}", canary)}});
  }
}

SampleStudy& SampleStudy::design(const std::vector<int>& looks) {
  Json order = Json::array();
  for (int canary = 0; canary < canaries_; ++canary) order.push_back(canary);
  plan["design"] = {
      {"order", order}, {"looks", looks}, {"alpha", 0.05}, {"spending", "obrien_fleming"}};
  return *this;
}

SampleStudy& SampleStudy::add(const SampleCell& cell) {
  const std::string file = fmt::format("models/{}.gguf", cell.model);
  Json& models = plan["models"];
  if (std::none_of(models.begin(), models.end(),
                   [&](const Json& model) { return model["name"] == cell.model; })) {
    models.push_back({{"name", cell.model}, {"gguf", file}});
  }
  Json request{{"temperature", 0}, {"max_tokens", 64}};
  const bool moves_one = !cell.factor.empty() && cell.kind != "check" && cell.kind != "combination";
  if (moves_one && cell.guest.is_null()) request[cell.factor] = cell.level;
  plan["cells"].push_back({{"id", cell.id()},
                           {"model", cell.model},
                           {"kind", cell.kind.empty() ? Json() : Json(cell.kind)},
                           {"factor", moves_one ? Json(cell.factor) : Json()},
                           {"level_text", cell.level},
                           {"request", request},
                           {"guest", cell.guest.is_null() ? guest_of(file) : cell.guest}});
  for (int canary = 0; canary < canaries_; ++canary) {
    for (int repeat = 0; repeat < repeats_; ++repeat) {
      store::TrialRow trial;
      trial.ordinal = static_cast<std::int64_t>(trials.size());
      trial.model = cell.model;
      trial.cell = cell.id();
      trial.canary = fmt::format("case-{}", canary);
      trial.repeat = repeat;
      trial.outcome = "scored";
      trial.score = cell.is_right(canary, repeat) ? 1.0 : 0.0;
      trial.finish_reason = "stop";
      trial.prompt_tokens = 50;
      trial.completion_tokens = cell.completion_tokens;
      trial.ttft_ms = cell.total_ms / 4;
      trial.total_ms = cell.total_ms;
      trial.wall_ms = cell.total_ms + 1;
      trial.tokens_per_s = cell.tokens_per_s;
      trial.reply = cell.reply;
      trial.detail = R"({"reason": "expected another thing"})";
      if (canary >= canaries_ - cell.cut) {
        trial.outcome = "limit";
        trial.outcome_class = "tokens";
        trial.score.reset();
        trial.finish_reason = "length";
      }
      if (canary < cell.unscored) {
        trial.outcome = "infrastructure";
        trial.outcome_class = "out_of_memory";
        trial.score.reset();
        trial.finish_reason.clear();
      }
      trials.push_back(std::move(trial));
    }
  }
  return *this;
}

SampleStudy& SampleStudy::add_event(std::string kind, std::string model, const Json& detail) {
  events.push_back({.unix_ms = kCreatedUnixMs,
                    .kind = std::move(kind),
                    .model = std::move(model),
                    .detail = base::dump_json(detail)});
  return *this;
}

SampleStudy& SampleStudy::drop_trials(int count) {
  trials.resize(trials.size() - static_cast<std::size_t>(count));
  return *this;
}

store::StudyRow SampleStudy::study_row() const {
  const bool complete =
      trials.size() == plan["cells"].size() * static_cast<std::size_t>(canaries_ * repeats_);
  return {.id = "k3f9",
          .hash = base::sha256_hex("quickstart"),
          .name = "quickstart",
          .file = "study.toml",
          .source = "",
          .plan = base::dump_json(plan),
          .state = complete ? "done" : "interrupted",
          .created_unix_ms = kCreatedUnixMs};
}

finding::StudyFinding SampleStudy::finding() const {
  return finding::analyse(study_row(), trials, events).value();
}

SampleStudy sample_quickstart() {
  SampleStudy study(80, 3);
  study.add_event("machine", "",
                  {{"cpu_model", "Example CPU 9000"},
                   {"cores_physical", 2},
                   {"memory_total_bytes", 8'589'934'592},
                   {"operating_system", "Debian GNU/Linux 12 (bookworm)"},
                   {"gpus", Json::array()}});
  study.add_event("engine", "", {{"version", "llama.cpp v0.5.0"}, {"source", "pinned"}});
  add_model(study, {"pebble-s", {0.75, 0.25, 0.60, 0.35}, 420, 60'000'000});
  add_model(study, {"pebble-m", {0.98, 0.62, 0.95, 0.85}, 210, 90'000'000});
  add_model(study, {"pebble-l", {1.00, 0.72, 0.97, 0.90}, 95, 150'000'000});
  study.add_event("guest_lost", "pebble-l",
                  {{"cell", "pebble-l/temperature=1.5"},
                   {"message", "ended by the <memory> guard at 300 MB"},
                   {"out_of_memory", true}});
  for (store::TrialRow& trial : study.trials) {
    if (trial.cell == "pebble-l/temperature=1.5" && trial.ordinal % 40 == 0) {
      trial.outcome = "infrastructure";
      trial.outcome_class = "out_of_memory";
      trial.score.reset();
    }
    if (trial.cell == "pebble-m/baseline" && trial.score == 0.0) {
      trial.reply = "<script>alert('x')</script> `code` | pipe \x1b[31mred";
    }
  }
  return study;
}

}  // namespace assay::test

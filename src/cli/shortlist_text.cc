#include "cli/shortlist_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/column_table.h"
#include "cli/model_words.h"

namespace assay::cli {
namespace {

using base::human_bytes;
using base::Json;
using catalog::Assessment;
using catalog::Wish;

std::string time_words(const gguf::Range& ttft_ms) {
  return ttft_ms.value <= 0 ? "?" : base::human_duration(ttft_ms.value / 1000);
}

/// Why a kept model stands where it stands, in one line.
std::string reason_of(const Assessment& model, const Wish& wish) {
  if (!model.kept()) return model.dropped;
  if (model.notes.empty()) {
    return fmt::format("fits with {} to spare",
                       human_bytes(wish.memory_bytes - model.need.total()));
  }
  return fmt::format("{}", fmt::join(model.notes, "; "));
}

std::string title(const Wish& wish) {
  return fmt::format("for {}: {} tokens of context in {} {}, {} of memory available\n\n",
                     name_of(wish.task), token_words(wish.context_tokens), wish.slots,
                     wish.slots == 1 ? "slot" : "slots", human_bytes(wish.memory_bytes));
}

std::string kept_text(const std::vector<const Assessment*>& kept, const Wish& wish,
                      std::size_t top) {
  ColumnTable table({{"", true},
                     {"model"},
                     {"source"},
                     {"quantization"},
                     {"parameters", true},
                     {"active", true},
                     {"tier"},
                     {"memory", true},
                     {"tokens/s", true},
                     {"first token", true},
                     {"remarks"}});
  for (std::size_t at = 0; at < std::min(top, kept.size()); ++at) {
    const Assessment& model = *kept[at];
    table.add({std::to_string(at + 1), model.model, model.source, model.quantization,
               parameter_words(model.parameters.total), parameter_words(model.parameters.active),
               std::string(name_of(model.tier)), human_bytes(model.need.total()),
               range_words(model.speed.decode_tps_at_depth), time_words(model.speed.ttft_ms),
               reason_of(model, wish)});
  }
  std::string text = table.to_text();
  if (kept.size() > top) {
    text += fmt::format("and {} more; --top {} shows them\n", kept.size() - top, kept.size());
  }
  return text;
}

std::string priors_text(const Assessment& first) {
  const catalog::StartingSettings settings = starting_settings(first.tier);
  return fmt::format(
      "\nto begin with for the tier {} (priors, to be tested, not shipped): temperature {:g} to "
      "{:g}, "
      "top_p {:g}, {} of context, {}\n",
      name_of(first.tier), settings.temperature_low, settings.temperature_high, settings.top_p,
      settings.context, settings.quantization);
}

Json range_json(const gguf::Range& range) {
  return Json{{"value", range.value}, {"low", range.low}, {"high", range.high}};
}

Json row_json(const Assessment& model, const Wish& wish) {
  Json row{{"model", model.model},
           {"source", model.source},
           {"path", nullptr},
           {"kept", model.kept()},
           {"fits", model.fit.fits},
           {"resident_bytes", model.need.total()},
           {"decode_tps", range_json(model.speed.decode_tps)},
           {"decode_tps_at_prompt", range_json(model.speed.decode_tps_at_depth)},
           {"ttft_ms", range_json(model.speed.ttft_ms)},
           {"tier", name_of(model.tier)},
           {"reason", reason_of(model, wish)},
           {"notes", model.notes},
           {"architecture", model.architecture},
           {"quantization", model.quantization},
           {"parameters_total", model.parameters.total},
           {"parameters_active", model.parameters.active},
           {"bytes_per_token", model.bytes_per_token},
           {"context_trained", model.context_trained},
           {"ollama", nullptr}};
  if (!model.path.empty()) row["path"] = model.path.string();
  if (!model.ollama.empty()) row["ollama"] = model.ollama;
  return row;
}

}  // namespace

std::string shortlist_text(const std::vector<Assessment>& ranked, const Wish& wish,
                           std::size_t top) {
  std::vector<const Assessment*> kept;
  std::string dropped_here;
  std::string dropped_elsewhere;
  for (const Assessment& model : ranked) {
    if (model.kept()) {
      kept.push_back(&model);
    } else {
      std::string& dropped = model.path.empty() ? dropped_elsewhere : dropped_here;
      dropped += fmt::format("  {} ({}, {}): {}\n", model.model, model.quantization, model.source,
                             model.dropped);
    }
  }
  const std::string dropped = dropped_here + dropped_elsewhere;
  std::string text = title(wish);
  text += kept.empty() ? "nothing is left on the list\n" : kept_text(kept, wish, top);
  if (!dropped.empty()) text += "\ndropped\n" + dropped;
  if (kept.empty()) return text;
  text += priors_text(*kept.front());
  if (kept.front()->path.empty() && !kept.front()->ollama.empty()) {
    text +=
        fmt::format("fetch the first with, for example: ollama pull {}\n", kept.front()->ollama);
  }
  return text;
}

Json shortlist_json(const std::vector<Assessment>& ranked, const Wish& wish) {
  Json rows = Json::array();
  for (const Assessment& model : ranked) rows.push_back(row_json(model, wish));
  return Json{{"task", name_of(wish.task)},
              {"context_tokens", wish.context_tokens},
              {"slots", wish.slots},
              {"prompt_tokens", wish.prompt_tokens},
              {"memory_bytes", wish.memory_bytes},
              {"machine_measured", !wish.machine.types.empty()},
              {"rows", std::move(rows)}};
}

}  // namespace assay::cli

#include <fmt/format.h>

#include <cmath>

#include "finding/measure_words.h"
#include "finding/notes.h"
#include "finding/phrase.h"
#include "store/trial_value.h"

namespace assay::finding {
namespace {

/// Times closer than this are the same time.
constexpr double kSameTime = 0.05;

/// What the model answered: its text and, as JSON, its tool calls.
std::string answer_of(const store::TrialRow& trial) {
  if (trial.detail.find("\"tool_calls\"") == std::string::npos) return trial.reply;
  const auto detail = base::parse_json(trial.detail);
  if (!detail.has_value()) return trial.reply;
  const base::Json* calls = base::find_member(*detail, "tool_calls");
  return calls == nullptr ? trial.reply : trial.reply + base::dump_json(*calls);
}

/// Whether every trial that cell and baseline share ended with the same answer and outcome. False
/// when they share none.
bool answers_identical(const TrialPointers& cell, const TrialPointers& baseline) {
  std::map<std::pair<std::string_view, std::int64_t>, const store::TrialRow*> reference;
  for (const store::TrialRow* trial : baseline) {
    if (counts(*trial)) reference[{trial->canary, trial->repeat}] = trial;
  }
  std::size_t shared = 0;
  for (const store::TrialRow* trial : cell) {
    const auto found = reference.find({trial->canary, trial->repeat});
    if (!counts(*trial) || found == reference.end()) continue;
    const store::TrialRow& other = *found->second;
    if (trial->outcome != other.outcome || answer_of(*trial) != answer_of(other)) return false;
    ++shared;
  }
  return shared > 0;
}

std::string identity_note(const CellFinding& cell) {
  const double ratio = cell.wall_ms_ratio;
  if (std::isfinite(ratio) && std::abs(ratio - 1) > kSameTime) {
    return fmt::format(
        "{}: every reply is the baseline's to the letter; only the time per trial moved, to {} the "
        "baseline's.",
        cell_label(cell), times(ratio));
  }
  return fmt::format("{}: no observable effect; every reply is the baseline's to the letter.",
                     cell_label(cell));
}

/// "41% less", "12% more", "the same".
std::string change(double value, double reference, std::string_view more, std::string_view less) {
  const double ratio = value / reference;
  if (std::abs(ratio - 1) < 0.005) return "the same";
  return fmt::format("{} {}", percent(std::abs(ratio - 1)), ratio > 1 ? more : less);
}

std::string quantization_note(const CellFinding& cell, const CellFinding& baseline) {
  if (cell.factor != "quantization" || !cell.difference) return "";
  std::string note = cell_label(cell) + ":";
  if (cell.memory_bytes_peak > 0 && baseline.memory_bytes_peak > 0) {
    note += fmt::format(" peak memory {},",
                        change(static_cast<double>(cell.memory_bytes_peak),
                               static_cast<double>(baseline.memory_bytes_peak), "more", "less"));
  }
  if (std::isfinite(cell.tokens_per_s) && std::isfinite(baseline.tokens_per_s)) {
    note += fmt::format(" {} {},", cell.load ? "tokens a second" : "decoding speed",
                        change(cell.tokens_per_s, baseline.tokens_per_s, "higher", "lower"));
  }
  const std::string word = verdict_word(cell);
  return note + fmt::format(" {} {} {} points{}.", words_of(cell).share,
                            points(cell.difference->delta), points_range(cell.difference->interval),
                            word.empty() ? "" : ": " + word);
}

}  // namespace

std::vector<std::string> effect_notes(const ModelFinding& model, const TrialsByCell& trials) {
  std::vector<std::string> notes;
  if (model.cells.empty()) return notes;
  const CellFinding& baseline = model.cells.front();
  const auto baseline_trials = trials.find(baseline.id);
  for (const CellFinding& cell : model.cells) {
    const auto own_trials = trials.find(cell.id);
    const bool comparable =
        cell.factor && own_trials != trials.end() && baseline_trials != trials.end();
    if (!comparable) continue;
    std::string quantization = quantization_note(cell, baseline);
    if (!quantization.empty()) {
      notes.push_back(std::move(quantization));
    } else if (answers_identical(own_trials->second, baseline_trials->second)) {
      notes.push_back(identity_note(cell));
    }
  }
  return notes;
}

}  // namespace assay::finding

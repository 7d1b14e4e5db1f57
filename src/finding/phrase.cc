#include "finding/phrase.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "finding/measure_words.h"
#include "study/factor.h"

namespace assay::finding {
namespace {

constexpr std::string_view kUnknownText = "–";
constexpr std::string_view kMinus = "−";
/// A level can be a whole system prompt.
constexpr std::size_t kLevelColumns = 32;

/// Hundredths of `share` without decimals, or with one where rounding would hide that it is not 0.
std::string hundredths(double share) {
  const double value = std::abs(share) * 100.0;
  if (value < 0.05) return "0";
  if (value < 0.5) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

}  // namespace

std::string percent(double share) {
  if (!std::isfinite(share)) return std::string(kUnknownText);
  if (share > 0.995 && share < 0.9995) return fmt::format("{:.1f}%", share * 100.0);
  return hundredths(share) + "%";
}

std::string percent_range(const stats::Interval& interval) {
  if (!std::isfinite(interval.low)) return std::string(kUnknownText);
  return fmt::format("{} to {}", hundredths(interval.low), percent(interval.high));
}

std::string points(double difference) {
  if (!std::isfinite(difference)) return std::string(kUnknownText);
  const std::string size = hundredths(difference);
  if (size == "0") return size;
  return (difference < 0 ? std::string(kMinus) : std::string("+")) + size;
}

std::string points_range(const stats::Interval& interval) {
  return fmt::format("[{}, {}]", points(interval.low), points(interval.high));
}

std::string point_count(double difference) {
  const std::string size = std::isfinite(difference) ? hundredths(difference) : "–";
  return size + (size == "1" ? " point" : " points");
}

std::string milliseconds(double ms) {
  if (!std::isfinite(ms) || ms < 0) return std::string(kUnknownText);
  if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  if (ms < 9950) return fmt::format("{:.1f} s", ms / 1000.0);
  return fmt::format("{:.0f} s", ms / 1000.0);
}

std::string decimal(double value) {
  if (!std::isfinite(value) || value < 0) return std::string(kUnknownText);
  return value < 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

std::string times(double ratio) {
  if (!std::isfinite(ratio)) return std::string(kUnknownText) + " times";
  return ratio < 9.95 ? fmt::format("{:.1f} times", ratio) : fmt::format("{:.0f} times", ratio);
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string cell_label(const CellFinding& cell) {
  if (cell.kind == CellKind::Baseline) return "baseline";
  if (cell.moves.size() > 1) {
    std::string label;
    for (const auto& [factor, level] : cell.moves.items()) {
      label += fmt::format("{}{} {}", label.empty() ? "" : " + ", factor,
                           base::ellipsize(study::level_text(level), kLevelColumns));
    }
    return label;
  }
  if (!cell.factor.has_value()) return cell.id.substr(cell.id.find('/') + 1);
  if (cell.level.empty()) return *cell.factor + " (empty)";
  return fmt::format("{} {}", *cell.factor, base::ellipsize(cell.level, kLevelColumns));
}

std::string settings_phrase(const CellFinding& cell) {
  if (cell.kind == CellKind::Baseline) return "with its baseline settings";
  return fmt::format("with {} and otherwise its baseline settings", cell_label(cell));
}

std::string verdict_word(const CellFinding& cell) {
  if (is_void(cell)) return "void";
  return cell.judgement ? std::string(stats::name_of(cell.judgement->verdict)) : "";
}

std::string verdict_sentence(const CellFinding& cell, double margin) {
  const std::string label = cell_label(cell);
  if (is_void(cell)) {
    const std::int64_t asked = base::integer_member(cell.arm, "canaries").value_or(0);
    return fmt::format("{}: void: no observable effect in {}; it was not run.", label,
                       asked == 1 ? "1 canary" : fmt::format("{} canaries", asked));
  }
  if (!cell.difference) return fmt::format("{}: nothing to compare with the baseline.", label);
  const double delta = cell.difference->delta;
  const std::string range = points_range(cell.difference->interval);
  if (!cell.judgement) return fmt::format("{}: {} points {}.", label, points(delta), range);
  switch (cell.judgement->verdict) {
    case stats::Verdict::Better:
      return fmt::format("{}: better by {} {}: worth having.", label, point_count(delta), range);
    case stats::Verdict::Worse:
      if (cell.difference->interval.low >= -margin) {
        return fmt::format("{}: worse by {} {}, less than the margin: only for speed or memory.",
                           label, point_count(delta), range);
      }
      return fmt::format("{}: worse by {} {}: don't.", label, point_count(delta), range);
    case stats::Verdict::Equivalent:
      return fmt::format(
          "{}: as good as the baseline within ±{} ({} {}): choose by speed or memory.", label,
          point_count(margin), points(delta), range);
    case stats::Verdict::Undecided:
      break;
  }
  const stats::Interval& interval = cell.difference->interval;
  if (std::isfinite(cell.p_adjusted) && (interval.low > 0 || interval.high < 0)) {
    return fmt::format(
        "{}: undecided, {} points {}: more than chance by itself, but not among all of this "
        "model's "
        "cells (p = {:.2f}).",
        label, points(delta), range, cell.p_adjusted);
  }
  const std::int64_t more = cell.judgement->canaries_more;
  const std::string_view canaries = words_of(cell).canaries;
  const std::string given_up =
      cell.stop == stats::Stop::Futile
          ? fmt::format(", given up after {} {}", cell.difference->canaries, canaries)
          : "";
  const std::string needed = more > 0 ? fmt::format("about {} more {} would tell", more, canaries)
                                      : fmt::format("more {} would tell", canaries);
  return fmt::format("{}: undecided, {} {} {}{}: {}.", label, points(delta),
                     hundredths(delta) == "1" ? "point" : "points", range, given_up, needed);
}

}  // namespace assay::finding

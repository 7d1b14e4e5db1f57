#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "finding/phrase.h"
#include "report/escape.h"

namespace assay::report {
namespace {

using base::Json;
using finding::CellComparison;
using finding::StudyComparison;

constexpr std::size_t kLabelColumnsMax = 44;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

double change(double first, double second) { return first > 0 ? second / first - 1 : NAN; }

std::string change_text(double first, double second) {
  const double share = change(first, second);
  if (!std::isfinite(share)) return "–";
  const double rounded = std::round(share * 100);
  if (rounded == 0) return "0%";
  return fmt::format("{}{:.0f}%", rounded < 0 ? "−" : "+", std::abs(rounded));
}

std::string verdict_of(const CellComparison& cell) {
  return cell.judgement ? std::string(stats::name_of(cell.judgement->verdict)) : "";
}

std::string label_of(const CellComparison& cell) {
  return cell.first == cell.second ? cell.first : cell.first + " → " + cell.second;
}

std::string difference_text(const CellComparison& cell) {
  if (!cell.difference) return "–";
  return fmt::format("{} {}", finding::points(cell.difference->delta),
                     finding::points_range(cell.difference->interval));
}

std::string padded(const std::string& text, std::size_t columns, bool to_the_right) {
  const std::size_t width = base::display_width(text);
  const std::string gap(columns > width ? columns - width : 0, ' ');
  return to_the_right ? gap + text : text + gap;
}

std::string painted(const std::string& word, bool color) {
  if (!color || word.empty()) return word;
  const char* code = word == "better" ? "32" : word == "worse" ? "31" : "33";
  if (word == "equivalent") code = "36";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, word);
}

std::string matched_text(const CellComparison& cell) {
  if (cell.paired) return fmt::format("{} paired", cell.matched);
  if (cell.trials_first == 0 && cell.trials_second == 0) return "not run";
  return fmt::format("{}+{} unpaired", cell.trials_first, cell.trials_second);
}

std::vector<std::string> row_of(const CellComparison& cell) {
  return {base::ellipsize(single_line(label_of(cell)), kLabelColumnsMax),
          finding::percent(cell.accuracy_first),
          finding::percent(cell.accuracy_second),
          difference_text(cell),
          change_text(cell.tokens_per_s_first, cell.tokens_per_s_second),
          change_text(cell.trial_ms_first, cell.trial_ms_second),
          matched_text(cell),
          verdict_of(cell)};
}

void append_unpaired_note(const StudyComparison& comparison, std::string& text) {
  for (const CellComparison& cell : comparison.cells) {
    if (cell.paired || !cell.difference) continue;
    text += fmt::format(
        "note: unpaired cells share {} of {} trials by canary and seed, fewer than half; their "
        "intervals are wider than paired ones would be\n",
        cell.matched, std::min(cell.trials_first, cell.trials_second));
    return;
  }
}

}  // namespace

Json comparison_json(const StudyComparison& comparison) {
  Json json{{"first", comparison.first},       {"second", comparison.second},
            {"margin", comparison.margin},     {"cells", Json::array()},
            {"left_out", comparison.left_out}, {"warnings", comparison.warnings}};
  for (const CellComparison& cell : comparison.cells) {
    const auto& difference = cell.difference;
    const bool is_countable = cell.judgement && cell.judgement->canaries_more >= 0;
    json["cells"].push_back(
        {{"first", cell.first},
         {"second", cell.second},
         {"paired", cell.paired},
         {"trials_matched", cell.matched},
         {"trials_first", cell.trials_first},
         {"trials_second", cell.trials_second},
         {"accuracy_first", number(cell.accuracy_first)},
         {"accuracy_second", number(cell.accuracy_second)},
         {"delta", difference ? number(difference->delta) : Json()},
         {"delta_low", difference ? number(difference->interval.low) : Json()},
         {"delta_high", difference ? number(difference->interval.high) : Json()},
         {"verdict", cell.judgement ? Json(verdict_of(cell)) : Json()},
         {"canaries_more", is_countable ? Json(cell.judgement->canaries_more) : Json()},
         {"tokens_per_s_first", number(cell.tokens_per_s_first)},
         {"tokens_per_s_second", number(cell.tokens_per_s_second)},
         {"tokens_per_s_change", number(change(cell.tokens_per_s_first, cell.tokens_per_s_second))},
         {"trial_ms_p50_first", number(cell.trial_ms_first)},
         {"trial_ms_p50_second", number(cell.trial_ms_second)},
         {"trial_ms_p50_change", number(change(cell.trial_ms_first, cell.trial_ms_second))}});
  }
  return json;
}

std::string comparison_text(const StudyComparison& comparison, const base::Terminal& terminal) {
  std::vector<std::vector<std::string>> rows{
      {"cell", "first", "second", "difference", "tok/s", "time", "trials", "verdict"}};
  for (const CellComparison& cell : comparison.cells) rows.push_back(row_of(cell));
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], base::display_width(row[column]));
    }
  }
  std::string text = fmt::format("first   {}\nsecond  {}\n\n", comparison.first, comparison.second);
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const auto& row = rows[index];
    std::string line = padded(row.front(), widths.front(), false);
    for (std::size_t column = 1; column + 1 < row.size(); ++column) {
      line += "  " + padded(row[column], widths[column], true);
    }
    if (!row.back().empty()) {
      line += "  " + (index == 0 ? row.back() : painted(row.back(), terminal.color));
    }
    text += line + "\n";
  }
  text += fmt::format(
      "\nDifferences are second − first in points, with 95% intervals; the margin is ±{}.\n",
      finding::point_count(comparison.margin));
  append_unpaired_note(comparison, text);
  for (const std::string& warning : comparison.warnings) {
    text += "warning: " + single_line(warning) + "\n";
  }
  for (const std::string& cell : comparison.left_out) {
    text += "left out: " + single_line(cell) + "\n";
  }
  return text;
}

}  // namespace assay::report

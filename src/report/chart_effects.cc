#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/axis.h"
#include "report/chart.h"
#include "report/escape.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

constexpr double kWidth = 860;
constexpr double kPlotLeft = 210;
constexpr double kPlotRight = 620;
constexpr double kFiguresRight = 748;
constexpr double kVerdictLeft = 764;
constexpr double kRowHeight = 30;
constexpr double kTop = 26;
constexpr double kAxisHeight = 46;
constexpr std::size_t kLabelColumns = 27;

/// Every difference of the study, the margin and zero, with some air.
Axis shared_axis(const StudyFinding& finding) {
  double low = -finding.margin;
  double high = finding.margin;
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) {
      if (!cell.difference) continue;
      low = std::min(low, cell.difference->interval.low);
      high = std::max(high, cell.difference->interval.high);
    }
  }
  const double air = (high - low) * 0.04;
  return {low - air, high + air, kPlotLeft, kPlotRight};
}

std::string verdict_class(const CellFinding& cell) {
  return cell.judgement ? finding::verdict_word(cell) : "unjudged";
}

/// Up for better, down for worse, a full disc for equivalent, a ring for undecided.
std::string marker(const CellFinding& cell, double x, double y) {
  const std::string name = verdict_class(cell);
  if (name == "better") {
    return fmt::format("<path class=\"mark {}\" d=\"M{:.1f} {:.1f}l7 12h-14z\"/>", name, x, y - 7);
  }
  if (name == "worse") {
    return fmt::format("<path class=\"mark {}\" d=\"M{:.1f} {:.1f}l7 -12h-14z\"/>", name, x, y + 7);
  }
  const std::string_view shape = name == "equivalent" ? "mark" : "mark ring";
  return fmt::format("<circle class=\"{} {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5.5\"/>", shape, name,
                     x, y);
}

std::string row(const StudyFinding& finding, const CellFinding& cell, const Axis& axis, double y) {
  const stats::PairedDifference& difference = *cell.difference;
  const std::string label = finding::cell_label(cell);
  const std::string name = verdict_class(cell);
  std::string svg = fmt::format("<g><title>{}</title>",
                                html_text(finding::verdict_sentence(cell, finding.margin)));
  svg += fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                     kPlotLeft - 14, y + 4, html_text(base::ellipsize(label, kLabelColumns)));
  const double low = axis.pixel(difference.interval.low);
  const double high = axis.pixel(difference.interval.high);
  svg +=
      fmt::format("<path class=\"whisker {}\" d=\"M{:.1f} {}H{:.1f}M{:.1f} {}v10M{:.1f} {}v10\"/>",
                  name, low, y, high, low, y - 5, high, y - 5);
  svg += marker(cell, axis.pixel(difference.delta), y);
  svg += fmt::format("<text class=\"figure\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{} {}</text>",
                     kFiguresRight, y + 4, finding::points(difference.delta),
                     finding::points_range(difference.interval));
  svg += fmt::format("<text class=\"word {}\" x=\"{}\" y=\"{}\">{}</text></g>", name, kVerdictLeft,
                     y + 4, finding::verdict_word(cell));
  return svg;
}

std::string frame(const StudyFinding& finding, const Axis& axis, double bottom) {
  const double band_left = axis.pixel(-finding.margin);
  const double band_right = axis.pixel(finding.margin);
  std::string svg =
      fmt::format("<rect class=\"band\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
                  band_left, kTop - 10, band_right - band_left, bottom - kTop + 10);
  for (const double tick : axis.ticks(7)) {
    const double x = axis.pixel(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {}V{:.1f}\"/>", x, kTop - 10, bottom);
    svg += fmt::format(
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>", x,
        bottom + 16, finding::points(tick));
  }
  svg += fmt::format("<path class=\"zero\" d=\"M{:.1f} {}V{:.1f}\"/>", axis.pixel(0), kTop - 10,
                     bottom);
  svg += fmt::format(
      "<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">margin ±{}</text>",
      axis.pixel(0), kTop - 14, finding::point_count(finding.margin));
  svg += fmt::format(
      "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">points of {} "
      "against the baseline, with 95% intervals</text>",
      (kPlotLeft + kPlotRight) / 2, bottom + 36, finding::words_of(finding).share);
  return svg;
}

}  // namespace

std::string effects_chart(const StudyFinding& finding, const ModelFinding& model) {
  std::string rows;
  const Axis axis = shared_axis(finding);
  double y = kTop + kRowHeight / 2;
  for (const CellFinding& cell : model.cells) {
    if (!cell.difference) continue;
    rows += row(finding, cell, axis, y);
    y += kRowHeight;
  }
  if (rows.empty()) return "";
  const double bottom = y - kRowHeight / 2;
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Effect of each level "
      "of "
      "{} on {}; the same figures stand in the table below\">{}{}</svg>",
      kWidth, bottom + kAxisHeight, html_text(model.model), finding::words_of(finding).share,
      frame(finding, axis, bottom), rows);
}

}  // namespace assay::report

#include "report/load_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/load_words.h"
#include "report/text_page.h"

namespace assay::report {
namespace {

using base::Json;
using load::Change;
using load::ComparedFigure;

constexpr int kColumnsLeast = 72;

/// JSON has no infinity.
Json number(double value) {
  if (std::isnan(value)) return {};
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Paint paint_of(Change change) {
  switch (change) {
    case Change::Better:
      return Paint::Good;
    case Change::Worse:
      return Paint::Bad;
    case Change::Same:
      return Paint::None;
    case Change::Inconclusive:
      break;
  }
  return Paint::Open;
}

std::string_view mark_of(Change change) {
  switch (change) {
    case Change::Better:
      return "✓";
    case Change::Worse:
      return "✗";
    case Change::Same:
      return "=";
    case Change::Inconclusive:
      break;
  }
  return "?";
}

/// As a table says it: short enough for the figures' names beside it.
std::string_view word_of(Change change) {
  return change == Change::Inconclusive ? "open" : load::name_of(change);
}

/// In percent of the value before; a difference of shares in points. With its sign.
std::string change_text(double effect, bool is_ratio) {
  const double change = (is_ratio ? effect - 1 : effect) * 100;
  if (!std::isfinite(change)) return std::isnan(change) ? "–" : change > 0 ? "+∞" : "−∞";
  // Nobody needs the decimals of a change that is larger than what changed.
  const int decimals = !is_ratio ? 2 : std::abs(change) >= 100 ? 0 : 1;
  const std::string size = fmt::format("{:.{}f}", std::abs(change), decimals);
  const bool is_nothing = size.find_first_not_of("0.") == std::string::npos;
  return (is_nothing ? "" : change < 0 ? "−" : "+") + size;
}

std::string unit_of(const ComparedFigure& figure) { return figure.is_ratio ? "%" : " pt"; }

std::string interval_text(const ComparedFigure& figure) {
  return fmt::format("{} to {}{}", change_text(figure.interval.low, figure.is_ratio),
                     change_text(figure.interval.high, figure.is_ratio), unit_of(figure));
}

std::string_view overall_words(Change change) {
  switch (change) {
    case Change::Better:
      return "some figures got better and none worse";
    case Change::Worse:
      return "at least one figure got worse by more than the margin";
    case Change::Same:
      return "no figure changed by more than the margin";
    case Change::Inconclusive:
      break;
  }
  return "some figures may have changed by more than the margin; longer runs would tell";
}

}  // namespace

Json load_comparison_json(const load::LoadComparison& comparison, const ComparedRuns& runs) {
  Json figures = Json::array();
  for (const ComparedFigure& figure : comparison.figures) {
    figures.push_back({{"name", figure.name},
                       {"before", number(figure.before)},
                       {"after", number(figure.after)},
                       {"effect", number(figure.effect)},
                       {"effect_low", number(figure.interval.low)},
                       {"effect_high", number(figure.interval.high)},
                       {"effect_is", figure.is_ratio ? "ratio" : "difference"},
                       {"change", load::name_of(figure.change)}});
  }
  const std::string& not_paired = comparison.not_paired_because;
  return {{"before", runs.before},
          {"after", runs.after},
          {"overall", load::name_of(comparison.overall)},
          {"doubts", runs.doubts},
          {"paired", comparison.is_paired},
          {"pairs", comparison.pairs},
          {"not_paired_because", not_paired.empty() ? Json() : Json(not_paired)},
          {"confidence", number(runs.plan.confidence)},
          {"margin", number(runs.plan.margin)},
          {"margin_error_rate", number(runs.plan.margin_error_rate)},
          {"figures", std::move(figures)}};
}

std::string load_comparison_text(const load::LoadComparison& comparison, const ComparedRuns& runs,
                                 const base::Terminal& terminal) {
  TextPage page(static_cast<std::size_t>(std::max(terminal.columns, kColumnsLeast)),
                terminal.color);
  page.paragraph(fmt::format("{} {}: {}", mark_of(comparison.overall),
                             load::name_of(comparison.overall), overall_words(comparison.overall)),
                 paint_of(comparison.overall), 0, 2);
  for (const std::string& doubt : runs.doubts) page.paragraph("! " + doubt, Paint::Open, 2, 4);
  page.gap();
  page.fact("before", runs.before);
  page.fact("after", runs.after);
  page.fact("compared",
            comparison.is_paired
                ? fmt::format("{} requests one by one: both runs sent them at the same "
                              "times",
                              count_text(comparison.pairs))
                : "as wholes, which takes longer runs: " + comparison.not_paired_because);
  page.fact("margin", fmt::format("changes below {} do not matter; of error_rate, {} points",
                                  share_text(runs.plan.margin),
                                  rate_text(runs.plan.margin_error_rate * 100)));
  page.gap();
  std::vector<TextPage::Row> rows{{{"Figures", Paint::Strong},
                                   {"before", Paint::Strong},
                                   {"after", Paint::Strong},
                                   {"change", Paint::Strong},
                                   {"interval", Paint::Strong},
                                   {""}}};
  for (const ComparedFigure& figure : comparison.figures) {
    rows.push_back({{figure.name},
                    {figure_text(figure.name, figure.before)},
                    {figure_text(figure.name, figure.after)},
                    {change_text(figure.effect, figure.is_ratio) + (figure.is_ratio ? "%" : " pt")},
                    {interval_text(figure)},
                    {fmt::format("{} {}", mark_of(figure.change), word_of(figure.change)),
                     paint_of(figure.change)}});
  }
  page.table(std::move(rows), "lrrrrl");
  page.paragraph(fmt::format("All intervals together hold with {:g}% confidence. Same: the whole "
                             "interval lies within the margin. Open: none of these can be said.",
                             runs.plan.confidence * 100),
                 Paint::Quiet);
  return page.text();
}

}  // namespace assay::report

#include "report/load_text_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::Measure;
using load::MeasureSummary;
using Cell = TextPage::Cell;
using Row = TextPage::Row;

constexpr std::array<std::string_view, load::kPercentiles.size()> kTitles{"p50", "p90", "p95",
                                                                          "p99", "p99.9"};
constexpr std::string_view kLegend =
    "TTFT: time to the first token. ITL: time per token after the first, mean of a reply. E2E: "
    "time to the end of the reply.";

const MeasureSummary& of(const load::Summary& summary, Measure measure) {
  return summary.measures[static_cast<std::size_t>(measure)];
}

Row strong(const std::vector<std::string>& titles) {
  Row row;
  for (const std::string& title : titles) row.push_back({title, Paint::Strong});
  return row;
}

/// "−" where the sample is too small.
std::string percentile_text(const load::Summary& summary, Measure measure, std::size_t index) {
  const auto& percentile = of(summary, measure).percentiles[index];
  return percentile ? ms_text(percentile->value) : "–";
}

void add_measure(const load::Summary& summary, Measure measure, std::vector<Row>& rows) {
  Row values{{std::string(measure_title(measure))}};
  Row intervals{{""}};
  for (std::size_t index = 0; index < load::kPercentiles.size(); ++index) {
    const auto& percentile = of(summary, measure).percentiles[index];
    values.push_back({percentile_text(summary, measure, index)});
    const bool has_range = percentile && std::isfinite(percentile->interval.low);
    intervals.push_back(
        {has_range ? ms_range_bare(percentile->value, percentile->interval) : "", Paint::Quiet});
  }
  rows.push_back(std::move(values));
  rows.push_back(std::move(intervals));
}

/// What the marks in the table mean, as far as they are there.
std::string legend(const load::Summary& summary, const std::vector<Measure>& shown) {
  bool has_infinite = false;
  bool has_unknown = false;
  for (const Measure measure : shown) {
    for (const auto& percentile : of(summary, measure).percentiles) {
      has_unknown |= !percentile;
      has_infinite |= percentile && std::isinf(percentile->interval.high);
    }
  }
  const auto is_shown = [&](Measure measure) {
    return std::find(shown.begin(), shown.end(), measure) != shown.end();
  };
  std::string text(kLegend);
  if (is_shown(Measure::TtftScheduled) || is_shown(Measure::E2eScheduled)) {
    text += " From schedule: since the request was due, so that waiting to be sent counts.";
  }
  if (is_shown(Measure::Ttfo)) {
    text += " TTFO: time to the first output that is not reasoning.";
  }
  text += " Below each figure: its 95% interval.";
  if (has_infinite) text += " ∞: so many requests failed that they reach into the figure.";
  if (has_unknown) text += " –: too few requests to say.";
  return text;
}

TextPage::Cell outcome_cell(load::Outcome outcome) {
  switch (outcome) {
    case load::Outcome::Met:
      return {"✓ met", Paint::Good};
    case load::Outcome::Missed:
      return {"✗ missed", Paint::Bad};
    case load::Outcome::Inconclusive:
      break;
  }
  return {"? inconclusive", Paint::Open};
}

TextPage::Cell outcome_cell(load::StepOutcome outcome) {
  switch (outcome) {
    case load::StepOutcome::Holds:
      return {"✓ holds", Paint::Good};
    case load::StepOutcome::Breaks:
      return {"✗ breaks", Paint::Bad};
    case load::StepOutcome::Open:
      break;
  }
  return {"? open", Paint::Open};
}

/// A sweep settles before each level: with more stages than this only those that count are shown.
constexpr std::size_t kStagesWithWarmUpMost = 5;

Row stage_row(const load::StageFigures& figures, bool is_knee) {
  const load::Summary& summary = figures.summary;
  const auto time = [&](Measure measure, std::size_t index) {
    return Cell{percentile_text(summary, measure, index)};
  };
  std::string note =
      figures.steady.was_reached ? base::human_duration(figures.steady.seconds) : "never";
  if (is_knee) note += " ← knee";
  if (figures.stage.is_warm_up) note = "(warm-up)";
  return {{figures.stage.name},
          {asked_text(figures.stage)},
          {rate_text(summary.rate_achieved)},
          {share_text(summary.error_rate.value)},
          time(Measure::Ttft, 0),
          time(Measure::Ttft, 2),
          time(Measure::Itl, 0),
          time(Measure::E2e, 0),
          time(Measure::E2e, 2),
          {rate_text(summary.output_tps)},
          {note}};
}

}  // namespace

void add_times(const load::LoadReport& report, const load::TargetReport& target, TextPage& page) {
  std::vector<Measure> shown;
  for (std::size_t index = 0; index < load::kMeasures; ++index) {
    const auto measure = static_cast<Measure>(index);
    if (of(target.summary, measure).measured == 0) continue;
    if (is_worth_showing(report, target.summary, measure)) shown.push_back(measure);
  }
  if (shown.empty()) return;
  Row head{{"Times", Paint::Strong}};
  for (const std::string_view title : kTitles) head.push_back({std::string(title), Paint::Strong});
  std::vector<Row> rows{std::move(head)};
  for (const Measure measure : shown) add_measure(target.summary, measure, rows);
  page.gap();
  page.table(std::move(rows), "lrrrrr", {2, 5});
  page.paragraph(legend(target.summary, shown), Paint::Quiet);
}

void add_thresholds(const load::TargetReport& target, TextPage& page) {
  if (target.thresholds.empty()) return;
  std::vector<Row> rows{strong({"Thresholds", "", "", "95% interval", ""})};
  for (const load::JudgedThreshold& judged : target.thresholds) {
    const std::string& metric = judged.threshold.metric;
    rows.push_back({{judged.threshold.expression},
                    outcome_cell(judged.outcome),
                    {judged.figure ? figure_text(metric, judged.figure->value) : "–"},
                    {judged.figure ? figure_range(metric, *judged.figure) : ""},
                    {inconclusive_reason(judged), Paint::Quiet}});
  }
  page.gap();
  page.table(std::move(rows), "llrll");
}

void add_stages(const load::TargetReport& target, TextPage& page) {
  if (target.stages.size() < 2) return;
  std::vector<Row> rows{strong({"Stages", "asked", "done/s", "failed", "TTFT p50", "p95", "ITL p50",
                                "E2E p50", "p95", "tok/s", "settled after"})};
  const bool shows_warm_up = target.stages.size() <= kStagesWithWarmUpMost;
  for (std::size_t index = 0; index < target.stages.size(); ++index) {
    if (target.stages[index].stage.is_warm_up && !shows_warm_up) continue;
    rows.push_back(stage_row(target.stages[index], target.knee == index));
  }
  page.gap();
  page.table(std::move(rows), "lrrrrrrrrrl", {9, 8, 6, 3});
  if (!target.knee) return;
  page.paragraph(
      fmt::format("Knee: stage {} has the most throughput for its E2E time; beyond it, "
                  "more load mostly adds waiting.",
                  target.stages[*target.knee].stage.name));
}

void add_breakpoint(const load::BreakpointResult& found, TextPage& page) {
  if (found.steps.empty()) return;
  page.gap();
  std::vector<Row> rows{
      strong({"Breakpoint", "tried for", "requests", "met all", "share", "interval", ""})};
  for (const load::BreakpointStep& step : found.steps) {
    const double share = step.requests > 0
                             ? static_cast<double>(step.met) / static_cast<double>(step.requests)
                             : NAN;
    rows.push_back({{rate_text(step.rate) + "/s"},
                    {base::human_duration(step.seconds)},
                    {count_text(step.requests)},
                    {count_text(step.met)},
                    {share_text(share)},
                    {share_range(step.share)},
                    outcome_cell(step.outcome)});
  }
  page.table(std::move(rows), "rrrrrrl");
}

}  // namespace assay::report

#include "report/load_html_tables.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "report/escape.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::Measure;
using load::Outcome;
using load::StepOutcome;

/// One letter of `alignment` for each column: l or r.
std::string table(std::string_view caption, const std::vector<std::string>& headings,
                  std::string_view alignment, const std::string& rows) {
  std::string html = "<div class=\"scroll\"><table>";
  if (!caption.empty()) html += fmt::format("<caption>{}</caption>", html_text(caption));
  html += "<thead><tr>";
  for (std::size_t column = 0; column < headings.size(); ++column) {
    html +=
        fmt::format("<th scope=\"col\"{}>{}</th>",
                    alignment[column] == 'l' ? " class=\"left\"" : "", html_text(headings[column]));
  }
  return html + "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string head(std::string_view text) {
  return fmt::format("<th scope=\"row\">{}</th>", html_text(single_line(text)));
}

std::string cell(std::string_view text, std::string_view css_class = "") {
  return fmt::format("<td{}>{}</td>",
                     css_class.empty() ? "" : fmt::format(" class=\"{}\"", css_class),
                     html_text(single_line(text)));
}

std::string percentile_cell(const load::Summary& summary, Measure measure, std::size_t index) {
  const auto& percentile = summary.measures[static_cast<std::size_t>(measure)].percentiles[index];
  if (!percentile) return "<td title=\"too few requests to say\">–</td>";
  const bool has_range = std::isfinite(percentile->interval.low);
  return fmt::format("<td>{}<small>{}</small></td>", ms_text(percentile->value),
                     has_range ? ms_range_bare(percentile->value, percentile->interval) : "");
}

std::string outcome_cell(Outcome outcome) {
  const std::string_view mark = outcome == Outcome::Met      ? "✓"
                                : outcome == Outcome::Missed ? "✗"
                                                             : "?";
  return cell(fmt::format("{} {}", mark, load::name_of(outcome)),
              fmt::format("word left {}", load::name_of(outcome)));
}

std::string outcome_cell(StepOutcome outcome) {
  const bool holds = outcome == StepOutcome::Holds;
  const bool breaks = outcome == StepOutcome::Breaks;
  return cell(fmt::format("{} {}",
                          holds    ? "✓"
                          : breaks ? "✗"
                                   : "?",
                          load::name_of(outcome)),
              fmt::format("word left {}", holds    ? "better"
                                          : breaks ? "worse"
                                                   : "undecided"));
}

}  // namespace

std::string html_thresholds(const load::TargetReport& target) {
  if (target.thresholds.empty()) return "";
  std::string rows;
  for (const load::JudgedThreshold& judged : target.thresholds) {
    const std::string& metric = judged.threshold.metric;
    rows += "<tr>" + head(judged.threshold.expression) + outcome_cell(judged.outcome) +
            cell(judged.figure ? figure_text(metric, judged.figure->value) : "–") +
            cell(judged.figure ? figure_range(metric, *judged.figure) : "") +
            cell(inconclusive_reason(judged), "wrap") + "</tr>\n";
  }
  return "<h3>Thresholds</h3>\n" +
         table("", {"Threshold", "", "Figure", "95% interval", ""}, "llrrl", rows);
}

std::string html_times(const load::LoadReport& report, const load::TargetReport& target) {
  std::string rows;
  for (std::size_t index = 0; index < load::kMeasures; ++index) {
    const auto measure = static_cast<Measure>(index);
    const load::MeasureSummary& of = target.summary.measures[index];
    if (of.measured == 0 || !is_worth_showing(report, target.summary, measure)) continue;
    rows += "<tr>" + head(measure_title(measure));
    for (std::size_t which = 0; which < load::kPercentiles.size(); ++which) {
      rows += percentile_cell(target.summary, measure, which);
    }
    rows += cell(ms_text(of.mean)) + cell(count_text(of.measured)) +
            cell(count_text(of.failed_before)) +
            cell(count_text(static_cast<std::uint64_t>(std::llround(of.effective_size)))) +
            "</tr>\n";
  }
  if (rows.empty()) return "";
  return "<h3>Times</h3>\n" +
         table(
             "Small: 95% intervals. ∞: so many requests failed that they reach into the figure. –: "
             "too few requests to say. The effective size is what the requests are worth as "
             "independent ones; the mean leaves failed requests out.",
             {"Time", "p50", "p90", "p95", "p99", "p99.9", "mean", "measured", "failed before",
              "effective size"},
             "lrrrrrrrrr", rows);
}

std::string html_stages(const load::TargetReport& target) {
  std::string rows;
  for (std::size_t index = 0; index < target.stages.size(); ++index) {
    const load::StageFigures& stage = target.stages[index];
    const load::Summary& summary = stage.summary;
    const bool is_knee = target.knee == index;
    const std::string name = stage.stage.name + (stage.stage.is_warm_up ? " (warm-up)" : "") +
                             (is_knee ? " ← knee" : "");
    rows += fmt::format("<tr{}>", is_knee ? " class=\"chosen\"" : "") + head(name) +
            cell(asked_text(stage.stage)) + cell(rate_text(summary.rate_achieved)) +
            cell(summary.goodput ? rate_text(summary.goodput->value) : "–") +
            cell(share_text(summary.error_rate.value)) +
            percentile_cell(summary, Measure::Ttft, 0) +
            percentile_cell(summary, Measure::Ttft, 2) + percentile_cell(summary, Measure::Itl, 0) +
            percentile_cell(summary, Measure::E2e, 0) + percentile_cell(summary, Measure::E2e, 2) +
            cell(rate_text(summary.output_tps)) + cell(rate_text(summary.in_flight_mean)) +
            cell(stage.steady.was_reached ? base::human_duration(stage.steady.seconds) : "never") +
            "</tr>\n";
  }
  if (rows.empty()) return "";
  return table(
      "Warm-up is left out of all other figures. A stage that never settled grew slower to "
      "its end: its figures depend on how long it ran.",
      {"Stage", "asked", "done/s", "good/s", "failed", "TTFT p50", "TTFT p95", "ITL p50", "E2E p50",
       "E2E p95", "tokens/s", "in flight", "settled after"},
      "lrrrrrrrrrrrr", rows);
}

std::string html_checks(const load::TargetReport& target) {
  if (target.checks.empty()) return "";
  std::string rows;
  for (const load::CrossCheck& check : target.checks) {
    rows += "<tr>" + head(spaced(check.name)) +
            cell(check.agrees ? "✓ agree" : "✗ disagree",
                 check.agrees ? "word left met" : "word left missed") +
            cell(rate_text(check.ours)) + cell(check.ours_from, "wrap") +
            cell(rate_text(check.theirs)) + cell(check.theirs_from, "wrap") +
            cell(check.note, "wrap") + "</tr>\n";
  }
  return "<h3>Accounts that should agree</h3>\n" +
         table("", {"Quantity", "", "ours", "from", "theirs", "from", "what it may mean"},
               "llrlrll", rows);
}

std::string html_steps(const load::BreakpointResult& found) {
  std::string rows;
  for (const load::BreakpointStep& step : found.steps) {
    const double share = step.requests > 0
                             ? static_cast<double>(step.met) / static_cast<double>(step.requests)
                             : NAN;
    rows += "<tr>" + head(rate_text(step.rate) + "/s") + cell(base::human_duration(step.seconds)) +
            cell(count_text(step.requests)) + cell(count_text(step.met)) + cell(share_text(share)) +
            cell(share_range(step.share)) + outcome_cell(step.outcome) + "</tr>\n";
  }
  return rows.empty() ? ""
                      : table("In the order they were tried.",
                              {"Rate", "tried for", "requests", "met all", "share", "interval", ""},
                              "lrrrrrl", rows);
}

}  // namespace assay::report

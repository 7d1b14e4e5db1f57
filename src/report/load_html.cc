#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/html_card.h"
#include "report/html_style.h"
#include "report/load_chart.h"
#include "report/load_html_tables.h"
#include "report/load_report.h"
#include "report/load_style.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::LoadReport;
using load::Measure;
using load::TargetReport;

std::string tile(std::string_view figure, std::string_view meaning) {
  return fmt::format("<li><b>{}</b><span>{}</span></li>", html_text(figure), html_text(meaning));
}

std::string time_tile(const load::Summary& summary, Measure measure, std::size_t index,
                      std::string_view meaning) {
  const auto& percentile = summary.measures[static_cast<std::size_t>(measure)].percentiles[index];
  if (!percentile) return "";
  return tile(
      ms_text(percentile->value),
      fmt::format("{}, interval {}", meaning, ms_range(percentile->value, percentile->interval)));
}

std::string tiles(const LoadReport& report, const TargetReport& target) {
  const load::Summary& summary = target.summary;
  std::string html = "<ul class=\"tiles\">";
  if (report.breakpoint && report.breakpoint->high && report.breakpoint->low > 0) {
    html += tile(fmt::format("{}–{}/s", rate_text(report.breakpoint->low),
                             rate_text(*report.breakpoint->high)),
                 "highest rate within the objectives");
  }
  html += tile(rate_text(summary.rate_achieved) + "/s", "requests completed");
  if (summary.goodput) {
    html += tile(
        figure_text("goodput", summary.goodput->value),
        fmt::format("met every objective, interval {}", figure_range("goodput", *summary.goodput)));
  }
  html += time_tile(summary, Measure::Ttft, 0, "TTFT p50");
  html += time_tile(summary, Measure::Ttft, 2, "TTFT p95");
  html += time_tile(summary, Measure::Itl, 2, "ITL p95");
  html += time_tile(summary, Measure::E2e, 2, "E2E p95");
  if (summary.output_tps > 0)
    html += tile(rate_text(summary.output_tps), "output tokens per second");
  html += tile(share_text(summary.error_rate.value),
               fmt::format("failed, interval {}", share_range(summary.error_rate.interval)));
  return html + "</ul>\n";
}

std::string verdict_html(std::string_view level, load::Verdict verdict, const std::string& before) {
  return fmt::format("<{0}>{1}<span class=\"{2}\">{3} {2}</span>: {4}</{0}>\n", level, before,
                     load::name_of(verdict), verdict == load::Verdict::Valid ? "✓" : "✗",
                     html_text(verdict_meaning(verdict)));
}

std::vector<Fact> run_facts(const LoadReport& report) {
  std::vector<Fact> facts{{"Load", load_words(report)}};
  if (!report.objectives.empty()) {
    facts.push_back({"Objectives", objectives_text(report.objectives)});
  }
  facts.push_back({"Started", base::iso8601_utc(report.started_unix_ms)});
  facts.push_back({"Written by", "assay " + report.version});
  return facts;
}

/// The page's head: the one target's verdict and figures, or a list of all targets.
std::string header_html(const LoadReport& report) {
  const load::Verdict worst = worst_verdict(report);
  std::string html =
      fmt::format("<header class=\"decision {}\">\n<p class=\"eyebrow\">assay load · {}{}</p>\n",
                  load::name_of(worst), html_text(single_line(report.name)),
                  report.id.empty() ? "" : " · run " + html_text(single_line(report.id)));
  if (report.targets.size() == 1) {
    const TargetReport& target = report.targets.front();
    html += verdict_html("h1", target.verdict, "") + html_list(target.reasons) +
            tiles(report, target) + html_list(target.notes);
  } else {
    html +=
        verdict_html("h1", worst, fmt::format("{} endpoints, the worst: ", report.targets.size()));
    std::vector<std::string> lines;
    for (const TargetReport& target : report.targets) {
      lines.push_back(fmt::format("{}: {}, {} requests/s completed, {} failed", target.target.name,
                                  load::name_of(target.verdict),
                                  rate_text(target.summary.rate_achieved),
                                  share_text(target.summary.error_rate.value)));
    }
    html += html_list(lines);
  }
  return html + html_facts(run_facts(report)) + "</header>\n";
}

std::string figure_html(const std::string& chart, std::string_view caption) {
  if (chart.empty()) return "";
  return fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n", chart, html_text(caption));
}

std::string section(std::string_view title, const std::string& content) {
  if (content.empty()) return "";
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", html_text(single_line(title)),
                     content);
}

std::string failures_html(const load::Summary& summary) {
  return figure_html(
      failures_chart(summary),
      fmt::format("{} of {} requests failed. They stay in every rate and percentile.",
                  count_text(failed_of(summary)), count_text(requests_of(summary))));
}

std::string trust_html(const TargetReport& target) {
  std::vector<Fact> facts{{"This client", client_sentence(target.client, target.client_budget_ms)}};
  if (const auto& calibration = target.calibration) {
    facts.push_back(
        {"Calibration",
         fmt::format("{} against a scripted server of our own: {} requests/s, {} events/s, stamps "
                     "{} late at p99, {} failed",
                     base::human_duration(calibration->seconds),
                     rate_text(calibration->rate_achieved), rate_text(calibration->events_per_s),
                     ms_text(calibration->stamp_error.ms_p99), calibration->failed)});
  }
  const load::EventGaps& gaps = target.gaps;
  if (gaps.gaps > 0) {
    facts.push_back(
        {"Gaps between events",
         fmt::format("p50 {}, p95 {}, p99 {}, longest {}; {} came together with the one before; {} "
                     "tokens per event",
                     ms_text(gaps.ms_p50), ms_text(gaps.ms_p95), ms_text(gaps.ms_p99),
                     ms_text(gaps.ms_max), share_text(gaps.coalesced_share),
                     rate_text(target.summary.tokens_per_event))});
  }
  return html_facts(facts) + html_checks(target);
}

std::string target_html(const LoadReport& report, std::size_t index) {
  const TargetReport& target = report.targets[index];
  const bool is_alone = report.targets.size() == 1;
  std::string html;
  std::vector<Fact> facts{{"Endpoint", target.target.url}};
  if (!target.target.model.empty()) facts.push_back({"Model", target.target.model});
  std::string head = html_facts(facts);
  if (!is_alone) {
    head = verdict_html("h3", target.verdict, "") + html_list(target.reasons) + head +
           tiles(report, target) + html_list(target.notes);
  }
  html += section(target.target.name, head + html_thresholds(target) + html_times(report, target));
  const std::string of = is_alone ? "" : ": " + target.target.name;
  html += section("Over time" + of,
                  figure_html(timeline_chart(target, index),
                              "By the time at which requests were due. Hatched: warm-up. ▲ at the "
                              "upper edge: failed requests reach into the percentile. Long series "
                              "are drawn by the largest value of each span. Point at the chart for "
                              "the figures of one moment."));
  html += section("Distribution" + of,
                  figure_html(distribution_chart(report, target),
                              "Dots: p50, p90, p95, p99. A curve that ends in a ring below 100% is "
                              "of requests of which some failed before they could be measured."));
  html += section("Stages" + of,
                  (target.stages.size() > 1
                       ? figure_html(stages_chart(target),
                                     "A dot for each stage, its upright line the 95% interval. The "
                                     "ring marks the knee: the most throughput for its time.")
                       : "") +
                      html_stages(target));
  html += section("Failed requests" + of, failures_html(target.summary));
  return html + section("Whether to believe it" + of, trust_html(target));
}

std::string breakpoint_html(const load::BreakpointResult& found) {
  std::string sentence = breakpoint_sentence(found);
  sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
  return section("Breakpoint", fmt::format("<p><strong>{}.</strong></p>\n", html_text(sentence)) +
                                   figure_html(breakpoint_chart(found),
                                               "Each rate that was tried, with the interval of its "
                                               "share at the confidence of its last look.") +
                                   html_steps(found));
}

}  // namespace

std::string load_html(const LoadReport& report) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} · assay load</title>\n<style>{}{}</style>\n</head>\n<body>\n<main>\n",
      html_text(single_line(report.name)), html_style(), load_style());
  html += header_html(report);
  if (report.breakpoint) html += breakpoint_html(*report.breakpoint);
  for (std::size_t index = 0; index < report.targets.size(); ++index) {
    html += target_html(report, index);
  }
  html += section("Scenario", report.scenario_source.empty()
                                  ? ""
                                  : "<pre>" + html_text(report.scenario_source) + "</pre>\n");
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace assay::report

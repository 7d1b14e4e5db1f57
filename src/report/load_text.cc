#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/load_report.h"
#include "report/load_text_tables.h"
#include "report/load_words.h"
#include "report/text_page.h"

namespace assay::report {
namespace {

using load::LoadReport;
using load::TargetReport;

constexpr int kColumnsLeast = 72;

Paint paint_of(load::Verdict verdict) {
  switch (verdict) {
    case load::Verdict::Valid:
      return Paint::Good;
    case load::Verdict::ClientLimited:
      return Paint::Open;
    case load::Verdict::ServerFailed:
      break;
  }
  return Paint::Bad;
}

void add_verdict(const TargetReport& target, TextPage& page) {
  const std::string_view mark = target.verdict == load::Verdict::Valid ? "✓" : "✗";
  page.paragraph(fmt::format("{} {}: {}", mark, load::name_of(target.verdict),
                             verdict_meaning(target.verdict)),
                 paint_of(target.verdict), 0, 2);
  for (const std::string& reason : target.reasons) page.paragraph("· " + reason, {}, 2, 4);
}

void add_requests(const LoadReport& report, const load::Summary& summary, TextPage& page) {
  const std::uint64_t failed = failed_of(summary);
  std::string outcome = "none failed";
  if (failed > 0) {
    outcome =
        fmt::format("{} failed ({}, interval {})", count_text(failed),
                    share_text(summary.error_rate.value), share_range(summary.error_rate.interval));
  }
  page.fact("requests", fmt::format("{} in {}: {} completed, {}", count_text(requests_of(summary)),
                                    base::human_duration(summary.seconds),
                                    count_text(summary.completed), outcome));
  if (failed > 0) page.fact("failed", failures_text(summary));
  page.fact("rate",
            fmt::format("{} requests/s completed, {} in flight on average",
                        rate_text(summary.rate_achieved), rate_text(summary.in_flight_mean)));
  if (summary.goodput) {
    page.fact("goodput", fmt::format("{} ({}) met every objective: {}",
                                     figure_text("goodput", summary.goodput->value),
                                     figure_range("goodput", *summary.goodput),
                                     objectives_text(report.objectives)));
  }
  if (summary.output_tps > 0) {
    page.fact("output", fmt::format("{} tokens/s{}", rate_text(summary.output_tps),
                                    summary.tokens_per_event > 0
                                        ? fmt::format(", {} tokens per event",
                                                      rate_text(summary.tokens_per_event))
                                        : ""));
  }
}

void add_gaps(const load::EventGaps& gaps, TextPage& page) {
  if (gaps.gaps == 0) return;
  std::string text = fmt::format(
      "raw gaps p50 {}, p95 {}, p99 {}; {} came together with the one before", ms_text(gaps.ms_p50),
      ms_text(gaps.ms_p95), ms_text(gaps.ms_p99), share_text(gaps.coalesced_share));
  if (gaps.one_request_in > 1) text += fmt::format("; of 1 request in {}", gaps.one_request_in);
  page.fact("events", text);
}

/// Whether the client and the accounts that should agree give the figures any reason to be doubted.
void add_trust(const TargetReport& target, TextPage& page) {
  page.gap();
  page.fact("client", client_sentence(target.client, target.client_budget_ms));
  if (const auto& calibration = target.calibration) {
    const std::string load =
        calibration->concurrency > 0
            ? fmt::format("{} at once", calibration->concurrency)
            : fmt::format("{}/s of {}/s asked", rate_text(calibration->rate_achieved),
                          rate_text(calibration->rate_asked));
    page.fact("calibrated",
              fmt::format("against a scripted server of our own: {}, {} events/s; our stamps {} "
                          "late at p99",
                          load, rate_text(calibration->events_per_s),
                          ms_text(calibration->stamp_error.ms_p99)));
  }
  if (!target.checks.empty()) {
    const auto agreeing = std::count_if(target.checks.begin(), target.checks.end(),
                                        [](const load::CrossCheck& check) { return check.agrees; });
    page.fact("checks", fmt::format("{} of {} accounts agree", agreeing, target.checks.size()));
    for (const load::CrossCheck& check : target.checks) {
      if (check.agrees) continue;
      page.paragraph(fmt::format("! {}: {}", spaced(check.name), check_sentence(check)),
                     Paint::Open, TextPage::kLabelColumns, TextPage::kLabelColumns + 2);
    }
  }
  for (const std::string& note : target.notes) page.fact("note", note);
}

void add_run(const LoadReport& report, TextPage& page) {
  const std::string id = report.id.empty() ? "not kept" : report.id;
  page.fact("run", fmt::format("{} ({}), {}", report.name, id, load_words(report)));
}

void add_target(const LoadReport& report, const TargetReport& target, TextPage& page) {
  add_verdict(target, page);
  page.gap();
  if (&target == &report.targets.front()) add_run(report, page);
  const std::string model = target.target.model.empty() ? "" : ", model " + target.target.model;
  const bool is_named = target.target.name != target.target.url;
  page.fact("target", (is_named ? target.target.name + ", " : "") + target.target.url + model);
  if (report.breakpoint) page.fact("breakpoint", breakpoint_sentence(*report.breakpoint));
  add_requests(report, target.summary, page);
  add_gaps(target.gaps, page);
  add_times(report, target, page);
  add_thresholds(target, page);
  // The steps of a search have a table of their own.
  if (!report.breakpoint) add_stages(target, page);
  add_trust(target, page);
}

}  // namespace

std::string load_text(const LoadReport& report, const base::Terminal& terminal) {
  TextPage page(static_cast<std::size_t>(std::max(terminal.columns, kColumnsLeast)),
                terminal.color);
  for (const TargetReport& target : report.targets) {
    if (&target != &report.targets.front()) page.gap();
    add_target(report, target, page);
  }
  if (report.breakpoint) add_breakpoint(*report.breakpoint, page);
  return page.text();
}

}  // namespace assay::report

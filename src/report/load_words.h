// Figures, names and verdicts of load tests in words, the same in every rendering. Unknown figures
// are "–", infinite ones "∞": requests that failed reach into them. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/analysis.h"

namespace assay::report {

/// Three digits: "4.21 ms", "42.1 ms", "421 ms", "4.21 s", "1234 s"; "0 ms".
std::string ms_text(double ms);

/// "402–433 ms" in the unit and with the decimals that `value` is shown with.
std::string ms_range(double value, const stats::Interval& interval);

/// The same without the unit, to stand below the value.
std::string ms_range_bare(double value, const stats::Interval& interval);

/// Three digits without a unit: "0.42", "4.21", "42.1", "421", "4,210".
std::string rate_text(double value);

/// "12,345".
std::string count_text(std::uint64_t count);

/// "3.3%", "42%", "0.12%", "0%": two digits or so.
std::string share_text(double share);

/// "2.6–4.2%".
std::string share_range(const stats::Interval& interval);

/// A figure that a threshold may name, in its unit: times in ms or s, error_rate in percent, rates
/// per second.
std::string figure_text(std::string_view metric, double value);

/// The interval of one; empty for a figure that is exact.
std::string figure_range(std::string_view metric, const load::Figure& figure);

/// "timed out", "HTTP 5xx", "no connection".
std::string_view failure_words(load::Failure failure);

/// "timed out 160, HTTP 5xx 58", the most frequent first; empty without failures.
std::string failures_text(const load::Summary& summary);

/// "TTFT from send", "E2E from schedule", "ITL".
std::string_view measure_title(load::Measure measure);

/// Whether the rows of this measure say anything new: TPOT is ITL, a closed loop has no schedule,
/// and TTFO is TTFT where nothing was reasoned.
bool is_worth_showing(const load::LoadReport& report, const load::Summary& summary,
                      load::Measure measure);

/// Of one target: "the figures are the server's".
std::string_view verdict_meaning(load::Verdict verdict);

/// The worst of all targets; Valid without any.
load::Verdict worst_verdict(const load::LoadReport& report);

/// "ttft_ms < 500, itl_ms < 40".
std::string objectives_text(const std::vector<load::Threshold>& objectives);

/// "open loop, Poisson arrivals, seed 7"; "closed loop, seed 7".
std::string load_words(const load::LoadReport& report);

/// What was asked of a stage: "12/s", "0–20/s", "8 users".
std::string asked_text(const load::StageRun& stage);

/// Where the highest rate lies, in a sentence.
std::string breakpoint_sentence(const load::BreakpointResult& found);

/// Every request of the summary, whatever became of it.
std::uint64_t requests_of(const load::Summary& summary);
std::uint64_t failed_of(const load::Summary& summary);

/// Why a threshold is inconclusive; empty when it is not.
std::string inconclusive_reason(const load::JudgedThreshold& judged);

/// What the client took and how late it was, in a sentence.
std::string client_sentence(const load::ClientUse& client, double budget_ms);

/// Of a check: "301,184 (sum of usage in replies) against 318,976 (growth of the counter): note".
std::string check_sentence(const load::CrossCheck& check);

/// "resident_memory" → "resident memory".
std::string spaced(std::string_view name);

/// One value of a series with its unit: "3.1 GiB", "42%", "1.31 cores".
std::string series_value(std::string_view unit, double value);

}  // namespace assay::report

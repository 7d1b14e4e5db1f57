#include "report/load_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "report/escape.h"

namespace assay::report {
namespace {

constexpr std::string_view kUnknownText = "–";
constexpr std::string_view kInfiniteText = "∞";

/// So many that three digits stand.
int decimals_of(double value) {
  const double size = std::abs(value);
  if (size < 9.995) return 2;
  return size < 99.95 ? 1 : 0;
}

std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t index = 0; index < digits.size(); ++index) {
    if (index > 0 && (digits.size() - index) % 3 == 0) text += ',';
    text += digits[index];
  }
  return text;
}

std::string number(double value, int decimals) {
  if (std::isnan(value)) return std::string(kUnknownText);
  if (std::isinf(value)) return std::string(kInfiniteText);
  if (value == 0) return "0";
  if (value >= 1000 && decimals == 0) return grouped(fmt::format("{:.0f}", value));
  return fmt::format("{:.{}f}", value, decimals);
}

/// How a time is shown: the unit and the digits that suit its size.
struct TimeScale {
  double divisor = 1;
  int decimals = 0;
  std::string_view unit = "ms";
};

TimeScale time_scale(double ms) {
  if (std::abs(ms) < 999.5 || !std::isfinite(ms)) return {1, decimals_of(ms), "ms"};
  return {1000, decimals_of(ms / 1000), "s"};
}

bool is_time(std::string_view metric) { return metric.find("_ms_") != std::string_view::npos; }

int share_decimals(double share) {
  const double percent = std::abs(share) * 100;
  if (percent < 0.9995) return 2;
  return percent < 9.95 ? 1 : 0;
}

}  // namespace

std::string ms_text(double ms) {
  if (!std::isfinite(ms)) return number(ms, 0);
  const TimeScale scale = time_scale(ms);
  return fmt::format("{} {}", number(ms / scale.divisor, scale.decimals), scale.unit);
}

std::string ms_range_bare(double value, const stats::Interval& interval) {
  const TimeScale scale = time_scale(std::isfinite(value) ? value : interval.low);
  return fmt::format("{}–{}", number(interval.low / scale.divisor, scale.decimals),
                     number(interval.high / scale.divisor, scale.decimals));
}

std::string ms_range(double value, const stats::Interval& interval) {
  const TimeScale scale = time_scale(std::isfinite(value) ? value : interval.low);
  return fmt::format("{} {}", ms_range_bare(value, interval), scale.unit);
}

std::string rate_text(double value) { return number(value, decimals_of(value)); }

std::string count_text(std::uint64_t count) { return grouped(std::to_string(count)); }

std::string share_text(double share) { return number(share * 100, share_decimals(share)) + "%"; }

std::string share_range(const stats::Interval& interval) {
  const int decimals = share_decimals(interval.high);
  return fmt::format("{}–{}%", number(interval.low * 100, decimals),
                     number(interval.high * 100, decimals));
}

std::string figure_text(std::string_view metric, double value) {
  if (is_time(metric)) return ms_text(value);
  if (metric == "error_rate") return share_text(value);
  return rate_text(value) + (metric == "output_tps" ? " tok/s" : "/s");
}

std::string figure_range(std::string_view metric, const load::Figure& figure) {
  if (figure.interval.low == figure.interval.high) return "";
  if (is_time(metric)) return ms_range(figure.value, figure.interval);
  if (metric == "error_rate") return share_range(figure.interval);
  const int decimals = decimals_of(figure.value);
  return fmt::format("{}–{}/s", number(figure.interval.low, decimals),
                     number(figure.interval.high, decimals));
}

std::string_view measure_title(load::Measure measure) {
  switch (measure) {
    case load::Measure::Ttft:
      return "TTFT from send";
    case load::Measure::TtftScheduled:
      return "TTFT from schedule";
    case load::Measure::Ttfo:
      return "TTFO from send";
    case load::Measure::Itl:
      return "ITL";
    case load::Measure::Tpot:
      return "TPOT";
    case load::Measure::E2e:
      return "E2E from send";
    case load::Measure::E2eScheduled:
      break;
  }
  return "E2E from schedule";
}

bool is_worth_showing(const load::LoadReport& report, const load::Summary& summary,
                      load::Measure measure) {
  const auto of = [&](load::Measure which) -> const load::MeasureSummary& {
    return summary.measures[static_cast<std::size_t>(which)];
  };
  if (of(measure).measured + of(measure).failed_before == 0) return false;
  switch (measure) {
    case load::Measure::Tpot:
      return false;
    case load::Measure::TtftScheduled:
    case load::Measure::E2eScheduled:
      return report.kind == load::LoadKind::Open;
    case load::Measure::Ttfo:
      return of(measure).measured != of(load::Measure::Ttft).measured ||
             of(measure).mean != of(load::Measure::Ttft).mean;
    case load::Measure::Ttft:
    case load::Measure::Itl:
    case load::Measure::E2e:
      break;
  }
  return true;
}

std::string_view verdict_meaning(load::Verdict verdict) {
  switch (verdict) {
    case load::Verdict::Valid:
      return "the figures are the server's";
    case load::Verdict::ClientLimited:
      return "this machine could not keep up, so the figures are not the server's";
    case load::Verdict::ServerFailed:
      break;
  }
  return "too little was answered for the figures to mean anything";
}

load::Verdict worst_verdict(const load::LoadReport& report) {
  load::Verdict worst = load::Verdict::Valid;
  for (const load::TargetReport& target : report.targets) worst = std::max(worst, target.verdict);
  return worst;
}

std::string objectives_text(const std::vector<load::Threshold>& objectives) {
  std::string text;
  for (const load::Threshold& objective : objectives) {
    text += (text.empty() ? "" : ", ") + objective.expression;
  }
  return text;
}

std::string load_words(const load::LoadReport& report) {
  if (report.kind == load::LoadKind::Closed)
    return fmt::format("closed loop, seed {}", report.seed);
  return fmt::format("open loop, {} arrivals, seed {}",
                     report.arrivals == load::ArrivalProcess::Even ? "even" : "Poisson",
                     report.seed);
}

std::string asked_text(const load::StageRun& stage) {
  if (stage.rate_at_start < 0) {
    return fmt::format("{} user{}", stage.concurrency, stage.concurrency == 1 ? "" : "s");
  }
  if (stage.rate_at_start == stage.rate_at_end) return fmt::format("{:g}/s", stage.rate_at_start);
  return fmt::format("{:g}–{:g}/s", stage.rate_at_start, stage.rate_at_end);
}

std::uint64_t failed_of(const load::Summary& summary) {
  return std::accumulate(summary.failed.begin() + 1, summary.failed.end(), std::uint64_t{0});
}

std::uint64_t requests_of(const load::Summary& summary) {
  return summary.completed + failed_of(summary);
}

std::string inconclusive_reason(const load::JudgedThreshold& judged) {
  if (judged.outcome != load::Outcome::Inconclusive) return "";
  return judged.figure ? "interval holds the bound" : "too few requests to say";
}

std::string spaced(std::string_view name) {
  std::string text = single_line(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string series_value(std::string_view unit, double value) {
  if (unit == "bytes") return base::human_bytes(static_cast<std::uint64_t>(std::max(0.0, value)));
  if (unit == "share") return share_text(value);
  const std::string text = rate_text(value);
  return unit.empty() ? text : text + " " + single_line(unit);
}

}  // namespace assay::report

#include "load/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "load/judged_request.h"
#include "stats/autocorrelation.h"

namespace assay::load {
namespace {

MeasureSummary summarise_measure(std::span<const RequestRecord> records, Measure which) {
  MeasureSummary summary;
  std::vector<double> series;
  std::vector<double> measured;
  for (const RequestRecord& record : records) {
    const std::optional<double> value = measure_or_infinite(record, which);
    if (!value) continue;
    series.push_back(*value);
    if (std::isfinite(*value))
      measured.push_back(*value);
    else
      ++summary.failed_before;
  }
  summary.measured = measured.size();
  if (!measured.empty()) {
    summary.mean = std::accumulate(measured.begin(), measured.end(), 0.0) /
                   static_cast<double>(measured.size());
  }
  summary.effective_size = stats::effective_size(measured);
  for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
    summary.percentiles[i] = stats::percentile(series, kPercentiles[i].share);
  }
  return summary;
}

/// The share of requests of which `holds` is true, by Wilson with as many trials as the series of
/// answers is worth.
template <typename Holds>
Figure share_of(std::span<const RequestRecord> records, const Holds& holds) {
  std::vector<double> answers;
  for (const RequestRecord& record : records) answers.push_back(holds(record) ? 1.0 : 0.0);
  if (answers.empty()) return {0, {0, 1}};
  const double share =
      std::accumulate(answers.begin(), answers.end(), 0.0) / static_cast<double>(answers.size());
  const double size = stats::effective_size(answers);
  return {share, stats::wilson(std::min(share * size, size), size)};
}

/// Seconds of [from, to) that lie in the windows.
double seconds_within(std::span<const Window> windows, base::Nanoseconds from,
                      base::Nanoseconds to) {
  base::Nanoseconds sum{0};
  for (const Window& window : windows) {
    const auto start = std::clamp(from, window.from, window.to);
    const auto end = std::clamp(to, window.from, window.to);
    if (end > start) sum += end - start;
  }
  return base::to_seconds(sum);
}

bool lies_in(std::span<const Window> windows, base::Nanoseconds time) {
  return std::any_of(windows.begin(), windows.end(), [time](const Window& window) {
    return time >= window.from && time < window.to;
  });
}

/// Σ over requests of the time between send and end that counts, per second of it.
double mean_in_flight(std::span<const RequestRecord> records, std::span<const Window> windows,
                      double seconds) {
  double sum = 0;
  for (const RequestRecord& record : records) {
    if (record.sent != kNever) sum += seconds_within(windows, record.sent, record.ended);
  }
  return sum / seconds;
}

/// Of the request's output tokens, those that came in the windows.
double tokens_within(const RequestRecord& record, std::span<const Window> windows) {
  const auto tokens = static_cast<double>(output_tokens_of(record));
  const bool has_times =
      record.first_content != kNever && record.last_content > record.first_content;
  if (!has_times) return lies_in(windows, record.ended) ? tokens : 0;
  const double lasted = base::to_seconds(record.last_content - record.first_content);
  return tokens * seconds_within(windows, record.first_content, record.last_content) / lasted;
}

void count(std::span<const RequestRecord> counted, Summary& summary) {
  double tokens = 0;
  double events = 0;
  for (const RequestRecord& record : counted) {
    if (record.sent != kNever) ++summary.sent;
    if (record.failure == Failure::None)
      ++summary.completed;
    else
      ++summary.failed[static_cast<std::size_t>(record.failure)];
    tokens += static_cast<double>(output_tokens_of(record));
    events += static_cast<double>(record.content_events);
  }
  summary.tokens_per_event = events > 0 ? tokens / events : 0;
}

/// What the server delivered in the time that counts, whenever it was asked for.
void count_delivered(std::span<const RequestRecord> records, std::span<const Window> windows,
                     Summary& summary) {
  double answered = 0;
  double tokens = 0;
  for (const RequestRecord& record : records) {
    if (record.failure == Failure::None && lies_in(windows, record.ended)) ++answered;
    tokens += tokens_within(record, windows);
  }
  summary.rate_achieved = answered / summary.seconds;
  summary.output_tps = tokens / summary.seconds;
}

std::string percentile_figure(Measure which, const PercentileName& percentile) {
  return fmt::format("{}_{}", name_of(which), percentile.name);
}

}  // namespace

Summary summarise(std::span<const RequestRecord> records, std::span<const Window> windows,
                  std::span<const Threshold> objectives) {
  Summary summary;
  for (const Window& window : windows) {
    ASSAY_CHECK(window.from < window.to, "figures are those of some time");
    summary.seconds += base::to_seconds(window.to - window.from);
  }
  ASSAY_CHECK(summary.seconds > 0, "figures are those of some time");
  std::vector<RequestRecord> counted;
  std::copy_if(records.begin(), records.end(), std::back_inserter(counted),
               [&](const RequestRecord& record) { return lies_in(windows, record.due); });
  count(counted, summary);
  count_delivered(records, windows, summary);
  for (std::size_t i = 0; i < kMeasures; ++i) {
    summary.measures[i] = summarise_measure(counted, static_cast<Measure>(i));
  }
  summary.error_rate = share_of(
      counted, [](const RequestRecord& record) { return record.failure != Failure::None; });
  if (!objectives.empty()) {
    const Figure share = share_of(
        counted, [&](const RequestRecord& record) { return meets_all(record, objectives); });
    const double rate = static_cast<double>(counted.size()) / summary.seconds;
    summary.goodput =
        Figure{share.value * rate, {share.interval.low * rate, share.interval.high * rate}};
  }
  summary.in_flight_mean = mean_in_flight(records, windows, summary.seconds);
  return summary;
}

Summary summarise(std::span<const RequestRecord> records, const Window& window,
                  std::span<const Threshold> objectives) {
  return summarise(records, std::span(&window, 1), objectives);
}

std::map<std::string, Figure> figures_of(const Summary& summary) {
  std::map<std::string, Figure> figures;
  for (std::size_t i = 0; i < kMeasures; ++i) {
    const auto which = static_cast<Measure>(i);
    const MeasureSummary& of = summary.measures[i];
    for (std::size_t k = 0; k < kPercentiles.size(); ++k) {
      if (!of.percentiles[k]) continue;
      figures[percentile_figure(which, kPercentiles[k])] = {of.percentiles[k]->value,
                                                            of.percentiles[k]->interval};
    }
  }
  const auto exact = [](double value) { return Figure{value, {value, value}}; };
  figures["error_rate"] = summary.error_rate;
  figures["rate_achieved"] = exact(summary.rate_achieved);
  figures["output_tps"] = exact(summary.output_tps);
  if (summary.goodput) figures["goodput"] = *summary.goodput;
  return figures;
}

std::vector<std::string> figure_names() {
  std::vector<std::string> names{"error_rate", "goodput", "output_tps", "rate_achieved"};
  for (std::size_t i = 0; i < kMeasures; ++i) {
    for (const PercentileName& percentile : kPercentiles) {
      names.push_back(percentile_figure(static_cast<Measure>(i), percentile));
    }
  }
  return names;
}

}  // namespace assay::load

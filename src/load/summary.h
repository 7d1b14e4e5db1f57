// A run in figures, each from the raw records and with an interval. Called by the report and by
// thresholds. Pure; thread-safe.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "load/measures.h"
#include "load/threshold.h"
#include "stats/percentile.h"

namespace assay::load {

/// The shares of which percentiles are made, and their names in figures.
struct PercentileName {
  double share;
  std::string_view name;
};
inline constexpr std::array<PercentileName, 5> kPercentiles{
    PercentileName{0.5, "p50"}, PercentileName{0.9, "p90"}, PercentileName{0.95, "p95"},
    PercentileName{0.99, "p99"}, PercentileName{0.999, "p999"}};

/// Of one measure over all requests that should have it. A request that failed before it could be
/// measured counts as longer than any other, so that dropping the slowest never makes a run look
/// better; where such requests reach into a percentile or its interval, that is infinite.
struct MeasureSummary {
  std::size_t measured = 0;
  std::size_t failed_before = 0;
  double mean = 0;            ///< Of those measured; 0 without any.
  double effective_size = 0;  ///< What they are worth as independent ones.
  std::array<std::optional<stats::Percentile>, kPercentiles.size()> percentiles;
};

struct Summary {
  double seconds = 0;  ///< Of the part that counts.
  std::size_t sent = 0;
  std::size_t completed = 0;
  std::array<std::size_t, kFailures> failed{};
  std::array<MeasureSummary, kMeasures> measures;
  Figure error_rate;  ///< Failed ÷ sent.
  /// Requests per second whose answer was complete within the time that counts, whenever they were
  /// due: beyond its capacity a server's own rate, not that of the schedule.
  double rate_achieved = 0;
  /// Output tokens per second that came within it, spread evenly between a request's first and
  /// last; those of failed requests too.
  double output_tps = 0;
  double tokens_per_event = 0;  ///< Output tokens ÷ events with content; 0 without events.
  /// Requests per second that met every objective; with the share's interval. None without
  /// objectives.
  std::optional<Figure> goodput;
  double in_flight_mean = 0;  ///< Time average from send to end.
};

/// A part of the run that counts; not empty.
struct Window {
  base::Nanoseconds from{0};
  base::Nanoseconds to{0};
};

/// Of the records whose due time lies in one of `windows`, [from, to), which are in order and do
/// not overlap; records in order of their due time. An objective names a measure
/// ("ttft_ms < 200"); requires that find_measure() knows it. A measure that is missing does not
/// meet it.
Summary summarise(std::span<const RequestRecord> records, std::span<const Window> windows,
                  std::span<const Threshold> objectives);
Summary summarise(std::span<const RequestRecord> records, const Window& window,
                  std::span<const Threshold> objectives);

/// Every figure a threshold may name: "ttft_ms_p95", "error_rate", "goodput",
/// "rate_achieved", "output_tps"; those that the sample cannot support are left out.
std::map<std::string, Figure> figures_of(const Summary& summary);

/// The names of all figures there may be, for checking a scenario before it runs.
std::vector<std::string> figure_names();

}  // namespace assay::load

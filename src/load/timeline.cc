// What a run looks like over time and how its times are distributed, for drawing.
#include <algorithm>
#include <cmath>

#include "load/analysis.h"

namespace assay::load {
namespace {

constexpr std::size_t kPointsOfDistribution = 200;

/// What the requests due in one interval took.
struct Cell {
  std::vector<double> ttft_ms;
  std::vector<double> ttft_scheduled_ms;
  std::vector<double> e2e_ms;
  std::vector<double> itl_ms;
};

void add(std::vector<double>& values, const std::optional<double>& value) {
  if (value) values.push_back(*value);
}

std::optional<double> quantile_of(const std::vector<double>& values, double share) {
  if (values.empty()) return std::nullopt;
  return stats::quantile(values, share);
}

/// The counts of one kind spread over the intervals that a time from `from` to `to` touches.
template <typename Member>
void spread(std::vector<TimelinePoint>& points, double width_s, double from_s, double to_s,
            double amount, const Member& member) {
  if (to_s <= from_s) {
    const auto cell = static_cast<std::size_t>(std::max(0.0, from_s) / width_s);
    if (cell < points.size()) points[cell].*member += amount;
    return;
  }
  const auto first = static_cast<std::size_t>(std::max(0.0, from_s) / width_s);
  const auto last = static_cast<std::size_t>(std::max(0.0, to_s) / width_s);
  for (std::size_t i = first; i <= last && i < points.size(); ++i) {
    const double low = std::max(from_s, static_cast<double>(i) * width_s);
    const double high = std::min(to_s, static_cast<double>(i + 1) * width_s);
    points[i].*member += amount * std::max(0.0, high - low) / (to_s - from_s);
  }
}

void add_request(std::vector<TimelinePoint>& points, double width_s, const RequestRecord& record) {
  const auto seconds = [](base::Nanoseconds time) { return base::to_seconds(time); };
  const double due = seconds(record.due);
  const double ended = seconds(record.ended);
  spread(points, width_s, due, due, 1, &TimelinePoint::rate_due);
  const bool is_answered = record.failure == Failure::None;
  spread(points, width_s, ended, ended, 1,
         is_answered ? &TimelinePoint::rate_completed : &TimelinePoint::rate_failed);
  if (record.sent != kNever) {
    const double sent = seconds(record.sent);
    spread(points, width_s, sent, ended, ended - sent, &TimelinePoint::in_flight);
  }
  const auto tokens = static_cast<double>(output_tokens_of(record));
  const bool has_times = record.first_content != kNever;
  spread(points, width_s, has_times ? seconds(record.first_content) : ended,
         has_times ? seconds(record.last_content) : ended, tokens, &TimelinePoint::output_tps);
}

double width_of(double seconds, std::size_t points_most) {
  return std::max(1.0, std::ceil(seconds / static_cast<double>(points_most)));
}

}  // namespace

std::vector<Window> windows_of(const std::vector<StageRun>& stages) {
  std::vector<Window> windows;
  for (const StageRun& stage : stages) {
    if (stage.is_warm_up || stage.to <= stage.from) continue;
    if (!windows.empty() && windows.back().to == stage.from) {
      windows.back().to = stage.to;
    } else {
      windows.push_back({stage.from, stage.to});
    }
  }
  return windows;
}

std::vector<TimelinePoint> timeline_of(const TargetRun& run, std::size_t points_most) {
  if (run.records.empty()) return {};
  base::Nanoseconds end = run.stages.empty() ? base::Nanoseconds(0) : run.stages.back().to;
  for (const RequestRecord& record : run.records) end = std::max(end, record.ended);
  const double width_s = width_of(base::to_seconds(end), points_most);
  std::vector<TimelinePoint> points(
      static_cast<std::size_t>(std::ceil(std::max(1e-9, base::to_seconds(end)) / width_s)));
  std::vector<Cell> cells(points.size());
  for (const RequestRecord& record : run.records) {
    add_request(points, width_s, record);
    const auto at = static_cast<std::size_t>(base::to_seconds(record.due) / width_s);
    if (at >= cells.size() || record.failure != Failure::None) continue;
    add(cells[at].ttft_ms, measure(record, Measure::Ttft));
    add(cells[at].ttft_scheduled_ms, measure(record, Measure::TtftScheduled));
    add(cells[at].e2e_ms, measure(record, Measure::E2e));
    add(cells[at].itl_ms, measure(record, Measure::Itl));
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    TimelinePoint& point = points[i];
    point.seconds = static_cast<double>(i) * width_s;
    point.width_s = width_s;
    for (double* rate : {&point.rate_due, &point.rate_completed, &point.rate_failed,
                         &point.output_tps, &point.in_flight}) {
      *rate /= width_s;
    }
    point.ttft_ms_p50 = quantile_of(cells[i].ttft_ms, 0.5);
    point.ttft_ms_p95 = quantile_of(cells[i].ttft_ms, 0.95);
    point.ttft_scheduled_ms_p95 = quantile_of(cells[i].ttft_scheduled_ms, 0.95);
    point.e2e_ms_p50 = quantile_of(cells[i].e2e_ms, 0.5);
    point.e2e_ms_p95 = quantile_of(cells[i].e2e_ms, 0.95);
    point.itl_ms_p50 = quantile_of(cells[i].itl_ms, 0.5);
  }
  return points;
}

std::vector<Distribution> distributions_of(const TargetRun& run) {
  std::vector<Distribution> distributions;
  for (const Measure which : {Measure::Ttft, Measure::TtftScheduled, Measure::Itl, Measure::E2e}) {
    std::vector<double> values;
    std::size_t requests = 0;
    for (const RequestRecord& record : run.records) {
      if (record.stage >= run.stages.size() || run.stages[record.stage].is_warm_up) continue;
      const bool has_failed = record.failure != Failure::None;
      const auto value = has_failed ? std::nullopt : measure(record, which);
      if (value || (has_failed && which != Measure::Itl)) ++requests;
      add(values, value);
    }
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    Distribution distribution;
    distribution.measure = which;
    const std::size_t points = std::min(values.size(), kPointsOfDistribution);
    for (std::size_t i = 1; i <= points; ++i) {
      const std::size_t rank = i * values.size() / points;
      distribution.points.push_back(
          {values[rank - 1], static_cast<double>(rank) / static_cast<double>(requests)});
    }
    distributions.push_back(std::move(distribution));
  }
  return distributions;
}

}  // namespace assay::load

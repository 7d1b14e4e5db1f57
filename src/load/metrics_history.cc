#include "load/metrics_history.h"

#include <utility>

namespace assay::load {
namespace {

using endpoint::ServerMetrics;

constexpr std::string_view kSource = "/metrics";

ServerSeries series_of(std::string name, std::string unit) {
  return {std::move(name), std::move(unit), std::string(kSource), {}};
}

}  // namespace

void MetricsHistory::add(double seconds, const ServerMetrics& told) {
  told_.push_back({seconds, told});
}

std::optional<double> MetricsHistory::counted(Member counter) const {
  std::optional<double> first;
  std::optional<double> last;
  for (const Told& told : told_) {
    const std::optional<double>& now = told.metrics.*counter;
    if (!now) continue;
    if (last && *now < *last) return std::nullopt;
    if (!first) first = now;
    last = now;
  }
  return first ? std::optional(*last - *first) : std::nullopt;
}

ServerCounts MetricsHistory::counts() const {
  if (told_.empty()) return {};
  ServerCounts counts;
  counts.server = endpoint::name_of(told_.back().metrics.source);
  counts.from_s = told_.front().seconds;
  counts.to_s = told_.back().seconds;
  counts.prompt_tokens = counted(&ServerMetrics::prompt_tokens_total);
  counts.output_tokens = counted(&ServerMetrics::output_tokens_total);
  counts.requests = counted(&ServerMetrics::requests_total);
  return counts;
}

ServerSeries MetricsHistory::gauge(std::string name, std::string unit, Member member) const {
  ServerSeries series = series_of(std::move(name), std::move(unit));
  for (const Told& told : told_) {
    const std::optional<double>& value = told.metrics.*member;
    if (value) series.points.push_back({told.seconds, *value});
  }
  return series;
}

ServerSeries MetricsHistory::rate(std::string name, std::string unit, Member counter) const {
  ServerSeries series = series_of(std::move(name), std::move(unit));
  const Told* before = nullptr;
  for (const Told& told : told_) {
    const std::optional<double>& now = told.metrics.*counter;
    if (!now) continue;
    if (before != nullptr) {
      const double more = *now - *(before->metrics.*counter);
      const double seconds = told.seconds - before->seconds;
      if (more >= 0 && seconds > 0) series.points.push_back({told.seconds, more / seconds});
    }
    before = &told;
  }
  return series;
}

std::vector<ServerSeries> MetricsHistory::series() const {
  std::vector<ServerSeries> all{
      gauge("requests_running", "requests", &ServerMetrics::requests_running),
      gauge("requests_waiting", "requests", &ServerMetrics::requests_waiting),
      gauge("kv_cache", "share", &ServerMetrics::kv_cache_share),
      rate("prompt_tps", "tokens/s", &ServerMetrics::prompt_tokens_total),
      rate("output_tps", "tokens/s", &ServerMetrics::output_tokens_total),
      rate("completed_rate", "requests/s", &ServerMetrics::requests_total)};
  std::erase_if(all, [](const ServerSeries& series) { return series.points.empty(); });
  return all;
}

}  // namespace assay::load

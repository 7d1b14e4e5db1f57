// Reads what a server tells at GET /metrics: Prometheus' text exposition format 0.0.4, and of
// OpenMetrics 1.0 what differs from it. The bytes are a stranger's; memory is bounded by them.
// Called by server_metrics. Pure; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace assay::endpoint {

enum class MetricType { Unknown, Counter, Gauge, Histogram, Summary };

struct MetricLabel {
  std::string name;
  std::string value;  ///< Unescaped.
};

/// One line with a value. A timestamp and an exemplar are read over.
struct MetricSample {
  std::string name;  ///< As written: "vllm:prompt_tokens_total", "latency_bucket".
  std::vector<MetricLabel> labels;
  double value = 0;  ///< May be NaN or infinite.

  /// The value of the label of that name, or an empty view.
  std::string_view label(std::string_view label_name) const;
};

struct Metrics {
  std::vector<MetricSample> samples;  ///< In the order of the text.
  /// By the name in `# TYPE`, which lacks a sample's suffix (_total only in OpenMetrics).
  std::map<std::string, MetricType, std::less<>> types;
};

inline constexpr std::size_t kMetricSamplesMax = 100'000;
inline constexpr std::size_t kMetricLabelsMax = 100;  ///< Of one sample.

/// BadInput with the line's number, what was expected and what was found there; also for more
/// samples or labels than the bounds above. Names may be anything but white space and the
/// characters that end them ('{', '}', '=', ',', '"', '#'), or quoted. Text after OpenMetrics'
/// `# EOF` is not looked at. `a{b="c"} 1.5` is one sample with one label.
base::Result<Metrics> parse_metrics(std::string_view text);

}  // namespace assay::endpoint

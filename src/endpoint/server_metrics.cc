#include "endpoint/server_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::endpoint {
namespace {

/// How samples of one name are made one. Further: a sum that is added to what names before gave.
enum class Joined { Sum, Largest, Further };

using Member = std::optional<double> ServerMetrics::*;

/// One metric of one server. Of several for one member, the first that is there counts.
struct KnownMetric {
  MetricsSource source;
  std::string_view name;
  Member member;
  Joined joined = Joined::Sum;
};

using enum MetricsSource;

constexpr std::array kKnown{
    KnownMetric{LlamaServer, "llamacpp:prompt_tokens_total", &ServerMetrics::prompt_tokens_total},
    KnownMetric{LlamaServer, "llamacpp:prompt_tokens_cached_total",
                &ServerMetrics::prompt_tokens_total, Joined::Further},
    KnownMetric{LlamaServer, "llamacpp:tokens_predicted_total",
                &ServerMetrics::output_tokens_total},
    KnownMetric{LlamaServer, "llamacpp:requests_processing", &ServerMetrics::requests_running},
    KnownMetric{LlamaServer, "llamacpp:requests_deferred", &ServerMetrics::requests_waiting},
    KnownMetric{LlamaServer, "llamacpp:kv_cache_usage_ratio", &ServerMetrics::kv_cache_share,
                Joined::Largest},

    KnownMetric{Vllm, "vllm:prompt_tokens_total", &ServerMetrics::prompt_tokens_total},
    KnownMetric{Vllm, "vllm:generation_tokens_total", &ServerMetrics::output_tokens_total},
    KnownMetric{Vllm, "vllm:request_success_total", &ServerMetrics::requests_total},
    KnownMetric{Vllm, "vllm:num_requests_running", &ServerMetrics::requests_running},
    KnownMetric{Vllm, "vllm:num_requests_waiting", &ServerMetrics::requests_waiting},
    KnownMetric{Vllm, "vllm:kv_cache_usage_perc", &ServerMetrics::kv_cache_share, Joined::Largest},
    KnownMetric{Vllm, "vllm:gpu_cache_usage_perc", &ServerMetrics::kv_cache_share, Joined::Largest},

    KnownMetric{Sglang, "sglang:prompt_tokens_total", &ServerMetrics::prompt_tokens_total},
    KnownMetric{Sglang, "sglang:generation_tokens_total", &ServerMetrics::output_tokens_total},
    KnownMetric{Sglang, "sglang:num_requests_total", &ServerMetrics::requests_total},
    KnownMetric{Sglang, "sglang:num_running_reqs", &ServerMetrics::requests_running},
    KnownMetric{Sglang, "sglang:num_queue_reqs", &ServerMetrics::requests_waiting},
    KnownMetric{Sglang, "sglang:token_usage", &ServerMetrics::kv_cache_share, Joined::Largest},
};

/// All samples of that name in one; none without any that is finite.
std::optional<double> joined(const Metrics& metrics, const KnownMetric& known) {
  std::optional<double> whole;
  for (const MetricSample& sample : metrics.samples) {
    if (sample.name != known.name || !std::isfinite(sample.value)) continue;
    const double before = whole.value_or(0);
    whole =
        known.joined == Joined::Largest ? std::max(before, sample.value) : before + sample.value;
  }
  return whole;
}

MetricsSource source_of(const Metrics& metrics) {
  for (const MetricSample& sample : metrics.samples) {
    const auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const KnownMetric& metric) {
      return metric.name == sample.name;
    });
    if (known != kKnown.end()) return known->source;
  }
  return Unknown;
}

}  // namespace

std::string_view name_of(MetricsSource source) {
  switch (source) {
    case LlamaServer:
      return "llama-server";
    case Vllm:
      return "vLLM";
    case Sglang:
      return "SGLang";
    case Unknown:
      break;
  }
  return "unknown";
}

ServerMetrics read_server_metrics(const Metrics& metrics) {
  ServerMetrics told;
  told.source = source_of(metrics);
  for (const KnownMetric& known : kKnown) {
    if (known.source != told.source) continue;
    std::optional<double>& member = told.*known.member;
    const std::optional<double> value = joined(metrics, known);
    if (!member) {
      member = value;
    } else if (known.joined == Joined::Further) {
      member = *member + value.value_or(0);
    }
  }
  return told;
}

}  // namespace assay::endpoint

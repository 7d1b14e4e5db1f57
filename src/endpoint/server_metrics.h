// What a model server says of itself at GET /metrics, in one set of words whichever server it is.
// Called by the load tester. Pure; thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "endpoint/prometheus.h"

namespace assay::endpoint {

enum class MetricsSource { Unknown, LlamaServer, Vllm, Sglang };
/// "llama-server", "vLLM", "SGLang"; "unknown".
std::string_view name_of(MetricsSource source);

/// None where the server does not say. Totals count since its start.
struct ServerMetrics {
  MetricsSource source = MetricsSource::Unknown;
  /// Those taken from a prompt cache too, as `usage` counts them. A llama-server that is too old to
  /// count these has only those it evaluated here.
  std::optional<double> prompt_tokens_total;
  std::optional<double> output_tokens_total;
  std::optional<double> requests_total;  ///< That came to an end, or (SGLang) came in.
  std::optional<double> requests_running;
  std::optional<double> requests_waiting;
  std::optional<double> kv_cache_share;  ///< 0 to 1; the fullest where there are several.
};

/// The server is told by its metrics' names. Samples of one name that differ in their labels are
/// parts of one whole and are added up (engines, reasons of an end), shares apart; values that are
/// not finite are left out. Of two names for one quantity the newer one counts.
ServerMetrics read_server_metrics(const Metrics& metrics);

}  // namespace assay::endpoint

#include "endpoint/twin_metrics.h"

#include <fmt/core.h>

#include <iterator>
#include <string_view>

namespace assay::endpoint {
namespace {

std::string metric(std::string_view name, std::string_view type, std::string_view what,
                   double value) {
  return fmt::format("# HELP llamacpp:{0} {2}\n# TYPE llamacpp:{0} {1}\nllamacpp:{0} {3}\n", name,
                     type, what, value);
}

}  // namespace

std::string TwinMetrics::text(base::MonotonicTime now) const {
  const auto deferred = std::distance(starts_.upper_bound(now), starts_.end());
  const auto processing = static_cast<std::ptrdiff_t>(starts_.size()) - deferred;
  const double prompt = static_cast<double>(prompt_tokens_) * tokens_factor_;
  const double output = static_cast<double>(output_tokens_) * tokens_factor_;
  return metric("prompt_tokens_total", "counter", "Tokens of prompts whose reply was begun.",
                prompt) +
         metric("tokens_predicted_total", "counter", "Tokens sent in replies.", output) +
         metric("requests_processing", "gauge", "Requests in service.",
                static_cast<double>(processing)) +
         metric("requests_deferred", "gauge", "Requests that wait for a slot.",
                static_cast<double>(deferred));
}

}  // namespace assay::endpoint

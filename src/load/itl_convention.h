// The time between tokens as other tools compute it, from our records, so that a figure from one of
// them can be compared. docs/reference/load.md says how they differ. Called by `cli`. Thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "load/record.h"
#include "load/run_record.h"

namespace assay::load {

enum class ItlConvention {
  Assay,     ///< Measure::Itl, one figure a request.
  Guidellm,  ///< Its TPOT: (last content − sent) / output tokens: the first token's wait is in it.
  Llmperf,   ///< (Ended − sent) / output tokens.
  Vllm,      ///< `vllm bench serve`: gaps between events, of all requests together.
  /// Of `bench_serving`: each gap ÷ the tokens of the event that ends it, once for each of them.
  Sglang,
};
inline constexpr std::size_t kItlConventions = 5;
/// "assay", "guidellm", "llmperf", "vllm", "sglang".
std::string_view name_of(ItlConvention convention);
std::optional<ItlConvention> find_itl_convention(std::string_view name);
/// The formula in a few words: "(last token − sent) ÷ tokens, one a request".
std::string_view formula_of(ItlConvention convention);
/// Whether it is made of the gaps between events, which a run may have kept no record of.
bool needs_events(ItlConvention convention);

/// Of one request, in milliseconds; none where the request cannot have it. Requires a convention
/// that does not need events.
std::optional<double> inter_token_ms(const RequestRecord& record, ItlConvention convention);

/// Plain statistics, as those tools print them: no intervals. In milliseconds; 0 without values.
struct ItlSummary {
  ItlConvention convention = ItlConvention::Assay;
  std::size_t values = 0;  ///< Requests, or gaps where the convention is made of these.
  double ms_mean = 0;
  double ms_p50 = 0;
  double ms_p95 = 0;
  double ms_p99 = 0;
  std::size_t one_request_in = 1;  ///< Above 1: too many events, so that requests were left out.
};

/// Over the requests that were answered and due in a stage that is no warm-up. `records` are all of
/// the run whose files are in `folder` (record_file.h), which is read where the convention needs
/// events; at most about `gaps_max` of them are held. BadInput as read_events(). Gaps of 10 and 30
/// ms, the second's event being half of a reply of four tokens in three events, of the bytes 1, 1
/// and 2: vLLM's mean is 20 ms, SGLang's (10 + 15 + 15) / 3 ms.
base::Result<ItlSummary> summarise_itl(const std::filesystem::path& folder,
                                       std::span<const RequestRecord> records,
                                       std::span<const StageRun> stages, ItlConvention convention,
                                       std::size_t gaps_max = 10'000'000);

}  // namespace assay::load

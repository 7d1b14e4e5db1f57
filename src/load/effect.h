// By how much one figure changed between two runs, with its interval. Called by comparison, which
// says which figures there are and what the changes mean. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "load/measures.h"
#include "load/sliced_run.h"
#include "stats/interval.h"

namespace assay::load {

struct Effect {
  double before = 0;
  double after = 0;
  double change = 0;         ///< after ÷ before, or after − before for shares.
  stats::Interval interval;  ///< Of `change`.
};

struct RunPair {
  const SlicedRun& before;
  const SlicedRun& after;
  /// Request k of one is request k of the other, and both have the same slices.
  bool is_paired = false;
};

struct EffectPlan {
  double confidence = 0.95;
  std::uint64_t seed = 1;
  std::size_t resamples_most = 10'000;  ///< At least 100.
};

/// Whether the order statistics that limit the percentile at `confidence` lie within the sample, as
/// in stats/percentile.h, and the sample is worth 30 independent requests or more. The time that
/// neighbours resemble each other is taken from slices.
bool supports_percentile(const SlicedRun& run, Measure which, double share, double confidence);

/// Requires that both runs support it.
Effect percentile_effect(const RunPair& runs, Measure which, double share, const EffectPlan& plan);

using Holds = std::function<bool(const RequestRecord&)>;
using Amount = std::function<double(const RequestRecord&)>;

/// Of amounts per second. `holds` is what a request must be to count in full, such as completed: a
/// share of 1 is allowed to be less by as much as it may be by Wilson's limits. None when the
/// amount is 0 in both runs.
std::optional<Effect> rate_effect(const RunPair& runs, const Amount& amount_before,
                                  const Amount& amount_after, const Holds& holds_before,
                                  const Holds& holds_after, const EffectPlan& plan);

/// Of the share of requests of which `holds` is true; both runs have requests.
Effect share_effect(const RunPair& runs, const Holds& holds, double confidence);

}  // namespace assay::load

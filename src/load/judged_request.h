// What a single request counts for: its times with failures in their place, and whether it met what
// was asked of it. Called by whatever makes figures of requests. Pure; thread-safe.
#pragma once

#include <optional>
#include <span>

#include "load/measures.h"
#include "load/threshold.h"

namespace assay::load {

/// measure(), but infinite for a request that failed before it could be measured, so that it counts
/// as slower than any other; end-to-end times of failed requests are so too. None where the request
/// simply has no such time: Itl and Tpot of a failed one or of fewer than two tokens.
std::optional<double> measure_or_infinite(const RequestRecord& record, Measure which);

/// Whether it was answered and met every objective. An objective names a measure
/// ("ttft_ms < 200"); requires that find_measure() knows it. A missing measure does not meet it.
bool meets_all(const RequestRecord& record, std::span<const Threshold> objectives);

/// How near the request came to missing: the largest of measure ÷ bound over its objectives, or
/// bound ÷ measure where the bound is from below; infinite when it failed or lacks a measure, 0
/// without objectives. 1 at the bound; a queue that grows shows here before anything is missed.
/// 150 ms where less than 200 ms were asked for: 0.75.
double strain_of(const RequestRecord& record, std::span<const Threshold> objectives);

}  // namespace assay::load

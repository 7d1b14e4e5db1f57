// Where more load stops being worth its delay. Called when a run is judged. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "load/analysis.h"

namespace assay::load {

/// Index of the stage with the most power, throughput ÷ median end-to-end time (Kleinrock 1979,
/// "Power and deterministic rules of thumb for probabilistic problems in computer communications"),
/// the first of equal ones; none unless stages of at least three levels of load have a median.
/// Warm-up does not count. A level is the users of a closed loop or the mean rate of an open one. A
/// stage whose median is among failed requests has no power. 10/s at 100 ms, 18/s at 120 ms and
/// 20/s at 400 ms: the second.
std::optional<std::size_t> knee_of(std::span<const StageFigures> stages);

}  // namespace assay::load

// What the server counted during a run against what its replies said. Called by the runner. Pure;
// thread-safe.
#pragma once

#include <span>
#include <vector>

#include "load/run_record.h"
#include "load/server_watch.h"

namespace assay::load {

/// Of all requests, warm-up too, for the server counts those as well. A quantity that either side
/// does not know is left out. Counts that differ by more than 5 % and by more than what one request
/// brings disagree.
std::vector<CrossCheck> server_checks(const ServerCounts& counts,
                                      std::span<const RequestRecord> records);

/// Times of a watch that began `ahead` of the run become those of the run; what came before it
/// goes.
void set_back(Watched& watched, base::Nanoseconds ahead);

}  // namespace assay::load

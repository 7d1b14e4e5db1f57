// The order in which trials run.
#pragma once

#include <vector>

#include "study/plan.h"

namespace assay::study {

/// One model after another, as each is loaded once per distinct server setting. Inside such a load,
/// repeat by repeat, canaries in a seeded shuffled order, and for each canary all cells in a seeded
/// shuffled order: a drift of the machine hits every cell alike.
std::vector<ScheduledTrial> make_schedule(const Plan& plan);

/// Cells that run on the same load have the same number; numbers ascend with the schedule.
std::vector<std::size_t> load_groups(const Plan& plan);

}  // namespace assay::study

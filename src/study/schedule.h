// The order in which trials run.
#pragma once

#include <vector>

#include "study/plan.h"

namespace assay::study {

/// One model after another. Inside a model look by look: for each look its canaries on every load
/// (distinct server settings), the loads in alternating order. Inside a load repeat by repeat,
/// canaries in a seeded shuffled order, and for each canary all cells in a seeded shuffled order: a
/// drift of the machine hits every cell alike, loads included.
std::vector<ScheduledTrial> make_schedule(const Plan& plan);

/// One cell's trials on all canaries, in the same manner.
std::vector<ScheduledTrial> schedule_of_cell(const Plan& plan, std::size_t cell);

/// Cells that run on the same load have the same number; numbers ascend with the schedule.
std::vector<std::size_t> load_groups(const Plan& plan);

}  // namespace assay::study

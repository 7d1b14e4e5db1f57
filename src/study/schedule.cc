#include "study/schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "base/hash.h"
#include "base/random.h"

namespace assay::study {
namespace {

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  base::Random(seed).shuffle(std::span<std::size_t>(order));
  return order;
}

std::int64_t trial_seed(const Plan& plan, const task::Case& canary, std::int64_t repeat) {
  const std::uint64_t mixed =
      base::sha256_seed(fmt::format("trial {} {} {}", plan.spec.seed, canary.id, repeat));
  return static_cast<std::int64_t>(mixed & 0x7fffffffU);
}

}  // namespace

std::vector<std::size_t> load_groups(const Plan& plan) {
  std::vector<std::size_t> groups(plan.cells.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    groups[i] = next;
    for (std::size_t j = 0; j < i; ++j) {
      const bool same_load =
          plan.cells[j].model == plan.cells[i].model && plan.cells[j].guest == plan.cells[i].guest;
      if (same_load) {
        groups[i] = groups[j];
        break;
      }
    }
    if (groups[i] == next) ++next;
  }
  return groups;
}

std::vector<ScheduledTrial> make_schedule(const Plan& plan) {
  const std::vector<std::size_t> groups = load_groups(plan);
  const std::size_t group_count =
      groups.empty() ? 0 : 1 + *std::max_element(groups.begin(), groups.end());
  std::vector<ScheduledTrial> schedule;
  for (std::size_t group = 0; group < group_count; ++group) {
    std::vector<std::size_t> cells;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (groups[i] == group) cells.push_back(i);
    }
    for (std::int64_t repeat = 0; repeat < plan.spec.repeats; ++repeat) {
      const std::uint64_t order_seed = base::sha256_seed(
          fmt::format("order {} {} {}", plan.spec.seed, plan.cells[cells.front()].id, repeat));
      for (const std::size_t canary : shuffled(plan.canaries.size(), order_seed)) {
        for (const std::size_t position : shuffled(cells.size(), order_seed + canary + 1)) {
          schedule.push_back(
              {cells[position], canary, repeat, trial_seed(plan, plan.canaries[canary], repeat)});
        }
      }
    }
  }
  return schedule;
}

}  // namespace assay::study

#include "study/schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
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

namespace {

/// One look's trials on one load: repeat by repeat, and for each canary all cells.
void append_block(const Plan& plan, const std::vector<std::size_t>& cells, std::size_t look,
                  std::vector<ScheduledTrial>& schedule) {
  const std::size_t from = look == 0 ? 0 : plan.design.looks[look - 1];
  const std::size_t count = plan.design.looks[look] - from;
  for (std::int64_t repeat = 0; repeat < plan.spec.repeats; ++repeat) {
    const std::uint64_t order_seed = base::sha256_seed(fmt::format(
        "order {} {} {} {}", plan.spec.seed, plan.cells[cells.front()].id, look, repeat));
    for (const std::size_t place : shuffled(count, order_seed)) {
      const std::size_t canary = plan.design.order[from + place];
      for (const std::size_t position : shuffled(cells.size(), order_seed + canary + 1)) {
        schedule.push_back({cells[position], canary, repeat,
                            trial_seed(plan, plan.canaries[canary], repeat), look});
      }
    }
  }
}

}  // namespace

std::vector<ScheduledTrial> make_schedule(const Plan& plan) {
  const std::vector<std::size_t> groups = load_groups(plan);
  std::vector<ScheduledTrial> schedule;
  for (std::size_t model = 0; model < plan.models.size(); ++model) {
    std::map<std::size_t, std::vector<std::size_t>> cells_by_load;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (plan.cells[i].model == model) cells_by_load[groups[i]].push_back(i);
    }
    std::vector<std::vector<std::size_t>> loads;
    for (auto& [group, cells] : cells_by_load) loads.push_back(std::move(cells));
    for (std::size_t look = 0; look < plan.design.looks.size(); ++look) {
      for (const auto& cells : loads) append_block(plan, cells, look, schedule);
      // The load that is up serves the next look first.
      std::reverse(loads.begin(), loads.end());
    }
  }
  return schedule;
}

std::vector<ScheduledTrial> schedule_of_cell(const Plan& plan, std::size_t cell) {
  std::vector<ScheduledTrial> schedule;
  for (std::size_t look = 0; look < plan.design.looks.size(); ++look) {
    append_block(plan, {cell}, look, schedule);
  }
  return schedule;
}

}  // namespace assay::study

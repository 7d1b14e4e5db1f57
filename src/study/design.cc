#include "study/design.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/hash.h"
#include "base/random.h"
#include "study/schedule.h"

namespace assay::study {
namespace {

std::size_t looks_by_loads(const Plan& plan) {
  const std::vector<std::size_t> groups = load_groups(plan);
  std::map<std::size_t, std::size_t> first_group;  // By model.
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto [known, is_new] = first_group.emplace(plan.cells[i].model, groups[i]);
    if (!is_new && known->second != groups[i]) return kLooksOfManyLoads;
  }
  return kLooksOfOneLoad;
}

}  // namespace

Design make_design(const Plan& plan, bool fixed) {
  Design design;
  design.alpha = plan.spec.alpha;
  design.futility = plan.spec.futility;
  if (plan.spec.spending == stats::name_of(stats::Spending::Pocock)) {
    design.spending = stats::Spending::Pocock;
  }
  design.order.resize(plan.canaries.size());
  std::iota(design.order.begin(), design.order.end(), std::size_t{0});
  base::Random(base::sha256_seed(fmt::format("canaries {}", plan.spec.seed)))
      .shuffle(std::span<std::size_t>(design.order));
  std::size_t looks = 1;
  if (!fixed && plan.verdicts()) {
    looks = plan.spec.looks > 0 ? static_cast<std::size_t>(plan.spec.looks) : looks_by_loads(plan);
  }
  design.looks = stats::equal_looks(design.order.size(), looks, kCanariesFirstLook);
  return design;
}

stats::MatrixDesign matrix_design(const Design& design, double margin) {
  stats::MatrixDesign matrix;
  matrix.looks = design.looks;
  matrix.alpha = design.alpha;
  matrix.margin = margin;
  matrix.spending = design.spending;
  matrix.futility = design.futility;
  return matrix;
}

}  // namespace assay::study

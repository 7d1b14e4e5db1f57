#include "catalog/cost_comparison.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace assay::catalog {
namespace {

/// Those with a break-even first, then the cheapest.
std::pair<bool, double> reference_rank(const CloudLine& cloud) {
  return {cloud.break_even.kind != BreakEvenKind::At, cloud.per_task};
}

}  // namespace

base::Result<CostComparison> compare_costs(const CostInputs& inputs, std::string currency,
                                           const std::vector<CloudPrice>& prices) {
  ASSAY_CHECK(!prices.empty(), "a comparison has something to compare with");
  CostComparison comparison;
  comparison.currency = std::move(currency);
  comparison.inputs = inputs;
  ASSAY_TRY(comparison.rates, local_rates(inputs));
  comparison.local = local_month(comparison.rates, inputs.tasks_per_month);
  for (const CloudPrice& price : prices) {
    const double per_task = cloud_task_cost(price, inputs.task);
    comparison.clouds.push_back({price, per_task, per_task * inputs.tasks_per_month,
                                 break_even(comparison.rates, per_task)});
  }
  const auto reference = std::min_element(comparison.clouds.begin(), comparison.clouds.end(),
                                          [](const CloudLine& left, const CloudLine& right) {
                                            return reference_rank(left) < reference_rank(right);
                                          });
  comparison.reference = static_cast<std::size_t>(reference - comparison.clouds.begin());
  comparison.sensitivity = sensitivity(inputs, reference->price);
  return comparison;
}

}  // namespace assay::catalog

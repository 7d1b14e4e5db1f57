// A whole cost comparison as one value, from which every report of it is rendered. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/cost.h"
#include "catalog/cost_sensitivity.h"

namespace assay::catalog {

struct CloudLine {
  CloudPrice price;
  double per_task = 0;
  double per_month = 0;
  BreakEven break_even;
};

/// Where the task and the speeds were measured; see cost_measured.h.
struct CostBasis {
  std::string study;
  std::string cell;
  std::int64_t trials = 0;
  std::int64_t left_out = 0;
};

struct CostComparison {
  std::string currency;
  CostInputs inputs;
  LocalRates rates;
  MonthlyCost local;              ///< At the volume asked for.
  std::vector<CloudLine> clouds;  ///< In the order of the prices.
  std::size_t reference = 0;      ///< The cloud whose break-even the sensitivity is of.
  std::vector<SensitivityRow> sensitivity;
  std::optional<CostBasis> basis;  ///< None: the figures were given.
};

/// The reference is the cheapest cloud that local breaks even with, or the cheapest of all when
/// there is none. Requires a price. Errors as local_rates().
base::Result<CostComparison> compare_costs(const CostInputs& inputs, std::string currency,
                                           const std::vector<CloudPrice>& prices);

}  // namespace assay::catalog

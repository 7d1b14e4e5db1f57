// How much the break-even volume hangs on each input: one input at a time is moved by a fifth and
// by half. Pure.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "catalog/cost.h"

namespace assay::catalog {

/// What each input is multiplied by, ascending.
inline constexpr std::array<double, 4> kSensitivityFactors{0.5, 0.8, 1.2, 1.5};

struct SensitivityRow {
  std::string input;  ///< As in input_rows(), or "cloud input price", "cloud output price".
  double value = 0;   ///< Unmoved.
  /// By factor. A share that would exceed 1 is moved to 1 only.
  std::array<BreakEven, 4> moved;
  /// The largest |ln(moved ÷ unmoved break-even)|; infinite when a move makes or unmakes it.
  double swing = 0;
};

/// Largest swing first, then as in input_rows(). Inputs that are 0 stay 0 whatever the share and
/// are left out, as is the volume, of which the break-even does not depend. Requires inputs that
/// local_rates() takes. Worked number: a break-even at 24,000 that a move brings to 12,000 or
/// 36,000 has a swing of ln 2 = 0.69.
std::vector<SensitivityRow> sensitivity(const CostInputs& inputs, const CloudPrice& price);

}  // namespace assay::catalog

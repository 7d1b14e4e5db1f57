// Amounts of money, volumes and break-evens in words, the same in every rendering of a cost
// comparison.
#pragma once

#include <string>

#include "catalog/cost.h"

namespace assay::report {

/// "1,234.50"; below 1 three significant digits, "0.00180"; "0". Without a currency.
std::string amount(double value);

/// A round value on an axis: "1,000", "0.1".
std::string tick_amount(double value);

/// "23,992"; from a billion on "1.2 billion". Rounded to whole.
std::string volume(double value);

/// "23,992", "always", "never".
std::string break_even_word(const catalog::BreakEven& found);

/// "never: one task's energy alone costs as much as the cloud". Empty when there is nothing to add
/// to break_even_word().
std::string break_even_reason(const catalog::BreakEven& found);

}  // namespace assay::report

// Finding the numbers in prose the way a reader would.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::task {

struct FoundNumber {
  double value = 0;  ///< NaN when it is too large or too small for a double.
  std::string text;  ///< As written: "-$1,234.50".
};

/// Which mark separates the decimals; the other one separates thousands.
enum class DecimalMark { Point, Comma };

/// Every number, in order. Read are signs (also U+2212) that follow no letter, digit or closing
/// bracket, a currency sign between sign and digits, groups of three digits separated by the mark
/// for thousands or by a no-break or thin space, decimals, and exponents ("1.5e-3"). Not read are
/// digits right after a letter ("H2O"), number words, and "3/4" as one number. Digits and letters
/// are ASCII. Worked: "5-3 is 2, not −1,000.5%" gives 5, 3, 2 and -1000.5.
std::vector<FoundNumber> numbers_in(std::string_view text, DecimalMark mark);

}  // namespace assay::task

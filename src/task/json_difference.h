// The first place where a JSON value is not what was expected.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"

namespace assay::task {

struct JsonRule {
  /// Objects may have members that are not expected. Lists still have the same length.
  bool subset = false;
  /// A number or truth value may be written as a string, and the other way round: "3" equals 3.
  bool lenient = false;
};

/// `at /pet: expected the string "fox", found the string "frog"`, in the order of the expectation;
/// none when the values agree. Member order does not matter, 1 equals 1.0.
std::optional<std::string> json_difference(const base::Json& expected, const base::Json& found,
                                           const JsonRule& rule);

}  // namespace assay::task

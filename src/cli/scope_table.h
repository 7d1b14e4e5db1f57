// `assay scope` for people: sections of aligned lines.
#pragma once

#include <string>

#include "scope/present.h"
#include "scope/scope.h"

namespace assay::cli {

/// Every line ends in a newline. Text of other programs is shown without control characters.
std::string scope_table(const scope::KnownScope& known, const scope::Present& present);

}  // namespace assay::cli

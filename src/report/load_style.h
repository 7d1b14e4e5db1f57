// What the style sheet of html_style.h lacks for load tests.
#pragma once

#include <string_view>

namespace assay::report {

std::string_view load_style();

}  // namespace assay::report

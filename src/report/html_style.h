// The HTML report's style sheet: light and dark by the reader's preference, and for paper.
#pragma once

#include <string_view>

namespace assay::report {

std::string_view html_style();

}  // namespace assay::report

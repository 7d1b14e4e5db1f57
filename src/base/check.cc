#include "base/check.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

namespace assay::base {

void check_failed(std::string_view expression, std::string_view why, std::string_view file,
                  int line) {
  fmt::print(stderr, "assay: internal check failed: {} ({}) at {}:{}\n", expression, why, file,
             line);
  std::abort();
}

}  // namespace assay::base

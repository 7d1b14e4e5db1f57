// ASSAY_CHECK guards against programmer errors, in release builds too. Never reachable from input.
#pragma once

#include <string_view>

namespace assay::base {
[[noreturn]] void check_failed(std::string_view expression, std::string_view why,
                               std::string_view file, int line);
}  // namespace assay::base

#define ASSAY_CHECK(expression, why)                                                      \
  do {                                                                                    \
    if (!(expression)) ::assay::base::check_failed(#expression, why, __FILE__, __LINE__); \
  } while (false)

/// For the place after a switch that handles every enumerator.
#define ASSAY_UNREACHABLE(why) ::assay::base::check_failed("unreachable", why, __FILE__, __LINE__)

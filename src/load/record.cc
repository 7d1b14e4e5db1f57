#include "load/record.h"

#include <array>

namespace assay::load {

std::string_view name_of(Failure failure) {
  constexpr std::array<std::string_view, kFailures> kNames{
      "none",     "connect", "tls",       "http_4xx", "rate_limited",
      "http_5xx", "cut",     "malformed", "timeout",  "client_limited"};
  return kNames[static_cast<std::size_t>(failure)];
}

}  // namespace assay::load

// "Content-Range: bytes FIRST-LAST/TOTAL" of a partial reply (RFC 9110, section 14.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assay::net {

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
};

/// None when it is malformed, out of order, beyond its own total, or does not say the total.
std::optional<ContentRange> parse_content_range(std::string_view value);

/// "1234" as a number; none for anything else.
std::optional<std::uint64_t> parse_length(std::string_view digits);

}  // namespace assay::net

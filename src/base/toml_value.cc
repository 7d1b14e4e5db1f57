#include "base/toml_value.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace assay::base {

Result<std::int64_t> toml_integer(std::string_view source, const toml::node& node,
                                  std::string_view key, std::int64_t low) {
  const auto* integer = node.as_integer();
  if (integer == nullptr || integer->get() < low) {
    return toml_mismatch(source, node, key, fmt::format("an integer of at least {}", low));
  }
  return integer->get();
}

Result<double> toml_number(std::string_view source, const toml::node& node, std::string_view key,
                           double low, double high) {
  const auto number = node.value<double>();
  if (!node.is_number() || !number || !(*number >= low && *number <= high)) {
    const std::string range = std::isinf(high) ? fmt::format("a number of at least {}", low)
                                               : fmt::format("a number from {} to {}", low, high);
    return toml_mismatch(source, node, key, range);
  }
  return *number;
}

Result<std::string> toml_text(std::string_view source, const toml::node& node,
                              std::string_view key) {
  const auto* text = node.as_string();
  if (text == nullptr || text->get().empty()) {
    return toml_mismatch(source, node, key, "a string that is not empty");
  }
  return text->get();
}

Result<std::string> toml_choice(std::string_view source, const toml::node& node,
                                std::string_view key, std::string_view choices) {
  ASSAY_TRY(std::string text, toml_text(source, node, key));
  const std::vector<std::string> known = split(choices, ' ');
  if (std::find(known.begin(), known.end(), text) != known.end()) return text;
  return toml_mismatch(source, node, key, fmt::format("one of {}", choices));
}

std::optional<double> parse_duration_s(std::string_view text) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || !(number > 0)) return std::nullopt;
  const std::string_view unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  if (unit == "ms") return number / 1000;
  if (unit == "s") return number;
  if (unit == "min" || unit == "m") return number * 60;
  if (unit == "h") return number * 3600;
  return std::nullopt;
}

}  // namespace assay::base

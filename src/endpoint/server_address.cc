#include "endpoint/server_address.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace assay::endpoint {
namespace {

constexpr std::string_view kVersionPath = "/v1";

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7f'; });
}

/// The path in front of a query ("/openai/v1?api-version=1"), without '/' at its end.
std::pair<std::string_view, std::string_view> split_query(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, question);
  while (path.ends_with('/')) path.remove_suffix(1);
  return {path, target.substr(question)};
}

}  // namespace

net::Url url_under(const net::Url& base, std::string_view path) {
  const auto [base_path, query] = split_query(base.target);
  return base.with_target(fmt::format("{}{}{}", base_path, path, query));
}

net::Url url_beside(const net::Url& base, std::string_view path) {
  std::string_view base_path = split_query(base.target).first;
  if (base_path.ends_with(kVersionPath)) base_path.remove_suffix(kVersionPath.size());
  return base.with_target(fmt::format("{}{}", base_path, path));
}

bool names_version(const net::Url& base) {
  return split_query(base.target).first.ends_with(kVersionPath);
}

base::Status check_key(std::string_view key, std::string_view context) {
  if (!has_control_character(key)) return base::Done{};
  return base::bad_input("expected a key on one line, found one with a control character",
                         "look for a line break at the end of the variable that key_env names",
                         std::string(context));
}

void add_key(net::Headers& headers, std::string_view key) {
  if (!key.empty()) headers.emplace_back("Authorization", fmt::format("Bearer {}", key));
}

}  // namespace assay::endpoint

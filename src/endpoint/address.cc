#include "endpoint/address.h"

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

base::Result<net::Url> parse_address(const Address& address) {
  ASSAY_TRY(net::Url base, net::parse_url(address.base_url));
  if (has_control_character(address.key)) {
    return base::bad_input("expected a key on one line, found one with a control character",
                           "look for a line break at the end of the variable that key_env names",
                           address.base_url);
  }
  return base;
}

net::Url url_under(const net::Url& base, std::string_view path) {
  const auto [base_path, query] = split_query(base.target);
  return base.with_target(fmt::format("{}{}{}", base_path, path, query));
}

net::Url url_beside(const net::Url& base, std::string_view path) {
  std::string_view base_path = split_query(base.target).first;
  if (base_path.ends_with(kVersionPath)) base_path.remove_suffix(kVersionPath.size());
  return base.with_target(fmt::format("{}{}", base_path, path));
}

bool has_version(const net::Url& base) {
  return split_query(base.target).first.ends_with(kVersionPath);
}

net::Headers headers_for(const Address& address) {
  net::Headers headers{{"Accept", "text/event-stream, application/json"}};
  if (!address.key.empty()) headers.emplace_back("Authorization", "Bearer " + address.key);
  return headers;
}

std::string wire_request(const Address& address, const net::Url& base, const ChatRequest& request,
                         bool stream) {
  net::HttpRequest http{"POST", url_under(base, "/chat/completions"), headers_for(address),
                        wire_body(address, request, stream)};
  http.headers.emplace_back("Content-Type", "application/json");
  return net::to_wire(http);
}

}  // namespace assay::endpoint

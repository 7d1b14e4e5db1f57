#include "net/url.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>
#include <optional>

namespace assay::net {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool is_visible_ascii(char c) { return c > ' ' && c < '\x7f'; }

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

base::Error malformed(std::string_view text, std::string_view found) {
  return base::bad_input(
      fmt::format("expected http://HOST[:PORT][/PATH] or https://…, found {}", found),
      "an OpenAI-compatible server is usually at http://127.0.0.1:8080/v1",
      fmt::format("\"{}\"", text));
}

bool take_scheme(std::string_view& rest, Url& url) {
  for (const auto& [prefix, tls] : {std::pair{"http://", false}, std::pair{"https://", true}}) {
    const std::string_view scheme = prefix;
    if (lower_case(rest.substr(0, scheme.size())) != scheme) continue;
    rest.remove_prefix(scheme.size());
    url.tls = tls;
    url.port = tls ? kHttpsPort : kHttpPort;
    return true;
  }
  return false;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  return port;
}

/// Splits "HOST:PORT" or "[IPV6]:PORT"; `port` is empty where there is no colon.
struct Authority {
  std::string_view host;
  std::string_view port;
  bool has_port = false;
  bool bracketed = false;
};

std::optional<Authority> split_authority(std::string_view text) {
  Authority parts;
  std::string_view after_host;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    parts.host = text.substr(1, close - 1);
    parts.bracketed = true;
    after_host = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, colon);
    after_host = text.substr(colon);
  }
  if (after_host.empty()) return parts;
  if (after_host.front() != ':') return std::nullopt;
  parts.has_port = true;
  parts.port = after_host.substr(1);
  return parts;
}

bool is_host(const Authority& authority, const std::string& host) {
  if (!authority.bracketed) {
    return !host.empty() && std::all_of(host.begin(), host.end(), is_name_character);
  }
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(host, error);
  return !error;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == (tls ? kHttpsPort : kHttpPort) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::to_string() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", authority(), target);
}

Url Url::with_target(std::string_view path) const {
  Url other = *this;
  other.target = path;
  return other;
}

base::Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (!std::all_of(text.begin(), text.end(), is_visible_ascii)) {
    return malformed(text, "a space or a character outside ASCII (write it as %XX)");
  }
  if (!take_scheme(rest, url)) return malformed(text, "another scheme or none");
  if (rest.find('#') != std::string_view::npos) return malformed(text, "a fragment (#…)");

  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority_text = rest.substr(0, authority_end);
  if (authority_text.find('@') != std::string_view::npos) {
    // The text holds a password, so it is not repeated.
    return malformed("http://…@…", "a user name (keys are given by the environment variable)");
  }
  const auto authority = split_authority(authority_text);
  if (!authority) return malformed(text, fmt::format("the host \"{}\"", authority_text));
  url.host = lower_case(authority->host);
  if (!is_host(*authority, url.host)) {
    return malformed(text, fmt::format("the host \"{}\"", authority->host));
  }
  if (authority->has_port) {
    const auto port = parse_port(authority->port);
    if (!port) {
      return malformed(text, fmt::format("the port \"{}\" (1 to 65535)", authority->port));
    }
    url.port = *port;
  }
  const std::string_view target = rest.substr(authority_end);
  url.target = target.starts_with('/') ? std::string(target) : fmt::format("/{}", target);
  return url;
}

}  // namespace assay::net

#include "net/redirect.h"

#include <fmt/core.h>

#include <string>

namespace assay::net {
namespace {

/// The location as an absolute address.
std::string absolute(const Url& from, std::string_view location) {
  if (location.find("://") != std::string_view::npos) return std::string(location);
  if (location.starts_with("//"))
    return fmt::format("{}:{}", from.tls ? "https" : "http", location);
  if (location.starts_with('/')) return from.with_target(location).to_string();
  const std::string path = from.target.substr(0, from.target.find('?'));
  return from.with_target(path.substr(0, path.rfind('/') + 1) + std::string(location)).to_string();
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

base::Result<Url> redirected(const Url& from, std::string_view location) {
  location = location.substr(0, location.find('#'));
  if (location.empty()) {
    return base::bad_input("expected a redirect to say where, found no Location", "",
                           from.to_string());
  }
  auto to = parse_url(absolute(from, location));
  if (!to.has_value()) return std::move(to.error()).in(from.to_string());
  if (from.tls && !to->tls) {
    return base::bad_input(
        fmt::format("expected a redirect to stay on https, found one to {}", to->to_string()),
        "download the file by other means, or give the address it should come from",
        from.to_string());
  }
  return to;
}

bool same_origin(const Url& left, const Url& right) {
  return left.tls == right.tls && left.host == right.host && left.port == right.port;
}

}  // namespace assay::net

// An http or https address, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::net {

struct Url {
  bool tls = false;
  std::string host;  ///< Lower case, without brackets for IPv6.
  std::uint16_t port = 80;
  std::string target = "/";  ///< Path and query, always starting with '/'.

  /// "host", "host:8080" or "[::1]:8080": the port only where it is not the scheme's own. What the
  /// Host header says.
  std::string authority() const;
  std::string to_string() const;
  /// Same origin, with `path` ("/v1/models") in place of the target.
  Url with_target(std::string_view path) const;
};

/// Accepts http://HOST[:PORT][/PATH][?QUERY] and https; refuses user names, fragments, other
/// schemes.
base::Result<Url> parse_url(std::string_view text);

}  // namespace assay::net

// Where a redirect leads, and whether it may be followed.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/url.h"

namespace assay::net {

/// Whether the status is one of 301, 302, 303, 307, 308.
bool is_redirect(int status);

/// The address that `location` names, seen from `from`: absolute, "//HOST/PATH", "/PATH" or
/// relative; a fragment is dropped. BadInput when it is missing or malformed, or leads from https
/// to http.
base::Result<Url> redirected(const Url& from, std::string_view location);

/// The same scheme, host and port: what a secret may be sent to.
bool same_origin(const Url& left, const Url& right);

}  // namespace assay::net

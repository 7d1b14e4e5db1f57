// Addresses and the key of an OpenAI-compatible server: what stands under its versioned base URL
// and what stands beside it. Pure; thread-safe.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/http_client.h"
#include "net/url.h"

namespace assay::endpoint {

/// `base` with `path` after its own, before its query: "http://h/v1" and "/models" give
/// "http://h/v1/models".
net::Url url_under(const net::Url& base, std::string_view path);

/// The same without the version at the end of base's path, where servers put what OpenAI has not:
/// "http://h/proxy/v1" and "/metrics" give "http://h/proxy/metrics".
net::Url url_beside(const net::Url& base, std::string_view path);

/// Whether base's path ends in that version, "/v1".
bool names_version(const net::Url& base);

/// BadInput for a key that could not stand in a header; `context` says whose it is.
base::Status check_key(std::string_view key, std::string_view context);

/// "Authorization: Bearer …"; nothing for an empty key.
void add_key(net::Headers& headers, std::string_view key);

}  // namespace assay::endpoint

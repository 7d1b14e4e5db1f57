// Where an endpoint's paths are and what every request to it carries. Shared by the client of one
// chat at a time and by the load generator. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "endpoint/chat.h"
#include "net/http_client.h"
#include "net/url.h"

namespace assay::endpoint {

/// The base URL taken apart. BadInput when it does not parse (see net::parse_url) or the key could
/// not stand in a header.
base::Result<net::Url> parse_address(const Address& address);

/// `path` under the base ("/models" under "/v1"); a query of the base ("?api-version=1") stays
/// last.
net::Url url_under(const net::Url& base, std::string_view path);
/// `path` beside the version: where llama-server and others keep "/health", "/metrics" …
net::Url url_beside(const net::Url& base, std::string_view path);

/// Whether the base ends in the version, as an OpenAI-compatible one usually does.
bool has_version(const net::Url& base);

/// Accept, and the key as a bearer token.
net::Headers headers_for(const Address& address);

/// A chat completion's whole request as it goes out. `base` is what parse_address() gave.
std::string wire_request(const Address& address, const net::Url& base, const ChatRequest& request,
                         bool stream);

}  // namespace assay::endpoint

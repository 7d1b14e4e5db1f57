// A chat completion's whole request as it goes out, for who sends bytes made beforehand.
#pragma once

#include <string>

#include "base/result.h"
#include "endpoint/chat.h"
#include "net/http_client.h"
#include "net/url.h"

namespace assay::endpoint {

/// The base URL taken apart. BadInput when it does not parse (see net::parse_url) or the key could
/// not stand in a header.
base::Result<net::Url> parse_address(const Address& address);

/// What every chat request's head has: Accept, and the key.
net::Headers chat_headers(const Address& address);

/// The request with its head and body. `base` is what parse_address() gave.
std::string wire_request(const Address& address, const net::Url& base, const ChatRequest& request,
                         bool stream);

}  // namespace assay::endpoint

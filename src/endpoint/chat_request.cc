#include "endpoint/chat_request.h"

#include "endpoint/server_address.h"

namespace assay::endpoint {

base::Result<net::Url> parse_address(const Address& address) {
  ASSAY_TRY(net::Url base, net::parse_url(address.base_url));
  ASSAY_TRY_DONE(check_key(address.key, address.base_url));
  return base;
}

net::Headers chat_headers(const Address& address) {
  net::Headers headers{{"Accept", "text/event-stream, application/json"}};
  add_key(headers, address.key);
  return headers;
}

std::string wire_request(const Address& address, const net::Url& base, const ChatRequest& request,
                         bool stream) {
  net::HttpRequest http{"POST", url_under(base, "/chat/completions"), chat_headers(address),
                        wire_body(address, request, stream)};
  http.headers.emplace_back("Content-Type", "application/json");
  return net::to_wire(http);
}

}  // namespace assay::endpoint

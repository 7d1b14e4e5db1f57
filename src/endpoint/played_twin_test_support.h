// For tests: a twin on a thread of its own, and requests to it.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "endpoint/twin_thread.h"
#include "support/loopback_connection.h"

namespace assay::endpoint {

/// A twin that plays `script` on a free port.
class PlayedTwin {
 public:
  explicit PlayedTwin(std::string_view script)
      : twin_(TwinThread::start(script, "test.toml").value()) {}

  std::uint16_t port() const { return twin_->port(); }
  std::vector<TwinRecord> records() const { return twin_->records(); }

  std::string get(std::string_view path) const { return test::ask_loopback(port(), "GET", path); }
  std::string post(const base::Json& body) const {
    return test::ask_loopback(port(), "POST", "/v1/chat/completions", base::dump_json(body));
  }
  /// The reply to a request that is not streamed.
  base::Json ask(const base::Json& body) const {
    return base::parse_json(test::body_of(post(body))).value();
  }

 private:
  std::unique_ptr<TwinThread> twin_;
};

/// A chat request with one user message and further members.
inline base::Json asking(std::string_view text, const base::Json& settings = base::Json::object()) {
  base::Json body{{"messages", base::Json::array()}};
  body["messages"].push_back({{"role", "user"}, {"content", text}});
  body.update(settings);
  return body;
}

/// Sends a request and leaves the reply to be read.
inline void begin(test::LoopbackConnection& connection, const base::Json& request) {
  const std::string body = base::dump_json(request);
  connection.send(fmt::format("POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}",
                              body.size(), body));
}

}  // namespace assay::endpoint

// Bodies of chat replies (event streams, JSON, error bodies): nothing crashes, every reply is
// either complete or has a failure with words, and where the bytes are split never matters.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "endpoint/reply_reader.h"

namespace {

using assay::base::MonotonicTime;
using assay::endpoint::ChatReply;
using assay::endpoint::ReplyReader;

ChatReply read(int http_status, std::string_view body, std::size_t piece_bytes) {
  ReplyReader reader{MonotonicTime()};
  assay::net::HttpReply ended;
  ended.status = http_status;
  while (!body.empty()) {
    if (!reader.take(http_status, body.substr(0, piece_bytes), MonotonicTime())) break;
    body.remove_prefix(std::min(piece_bytes, body.size()));
  }
  return reader.finish(ended);
}

/// Everything of a reply that does not depend on time.
std::string essence(const ChatReply& reply) {
  std::string text = reply.failure ? std::string(name_of(reply.failure->failure)) : "complete";
  for (const std::string& part : {reply.text, reply.reasoning, reply.finish_reason, reply.model,
                                  std::to_string(reply.usage.completion_tokens),
                                  std::to_string(reply.times.token_ms.size())}) {
    text += '\n' + part;
  }
  for (const auto& call : reply.tool_calls) {
    text += '\n' + call.id + ' ' + call.name + ' ' + call.arguments;
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const int http_status : {200, 400}) {
    const ChatReply whole = read(http_status, body, size + 1);
    ASSAY_CHECK(!whole.failure || !whole.failure->message.empty(), "a failure without words");
    ASSAY_CHECK(http_status == 200 || whole.failure, "an error status without a failure");
    for (const std::size_t piece_bytes : {1, 5}) {
      ASSAY_CHECK(essence(read(http_status, body, piece_bytes)) == essence(whole),
                  "the reply depends on where the bytes are split");
    }
  }
  return 0;
}

// The load generator's fast reader against the reader of studies: of every body, wherever it is
// split, both say the same.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "endpoint/reply_reader.h"
#include "endpoint/stream_scan.h"

namespace {

using namespace assay;
using endpoint::FailureClass;
using endpoint::StreamEvent;
using endpoint::Usage;

struct Essence {
  std::string failure;
  std::string text;
  std::string reasoning;
  std::string finish_reason;
  Usage usage;
  std::uint64_t events_with_output = 0;
  bool operator==(const Essence& other) const {
    const auto counts = [](const Usage& of) {
      return std::array{of.prompt_tokens, of.completion_tokens, of.reasoning_tokens,
                        of.cached_tokens};
    };
    return failure == other.failure && text == other.text && reasoning == other.reasoning &&
           finish_reason == other.finish_reason && counts(usage) == counts(other.usage) &&
           events_with_output == other.events_with_output;
  }
};

class Collector final : public endpoint::StreamEventSink {
 public:
  void on_event(const StreamEvent& event) override {
    text += event.text;
    reasoning += event.reasoning;
    ASSAY_CHECK((event.kind == StreamEvent::Kind::Failed) == (event.failure != nullptr),
                "a failed event has a failure");
  }
  std::string text;
  std::string reasoning;
};

Essence by_scan(int http_status, std::string_view body, std::size_t piece_bytes) {
  static endpoint::StreamReader reader;
  static endpoint::StreamScan scan(reader);
  scan.reset();
  Collector collector;
  while (!body.empty()) {
    // A copy of each piece, so that reading behind its end is found out.
    const std::string piece(body.substr(0, piece_bytes));
    if (!scan.take(http_status, piece, collector)) break;
    body.remove_prefix(piece.size());
  }
  const endpoint::StreamEnd end = scan.finish(http_status, collector);
  return {end.failure == nullptr ? "" : std::string(name_of(end.failure->failure)),
          collector.text,
          collector.reasoning,
          std::string(end.finish_reason),
          end.usage,
          end.events_with_output};
}

Essence by_reference(int http_status, std::string_view body) {
  endpoint::ReplyReader reader{base::MonotonicTime()};
  net::HttpReply ended;
  ended.status = http_status;
  reader.take(http_status, body, base::MonotonicTime());
  const endpoint::ChatReply reply = reader.finish(ended);
  return {reply.failure ? std::string(name_of(reply.failure->failure)) : "",
          reply.text,
          reply.reasoning,
          reply.finish_reason,
          reply.usage,
          reply.times.token_ms.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const int http_status : {200, 400}) {
    const Essence expected = by_reference(http_status, body);
    for (const std::size_t piece_bytes : {size + 1, std::size_t{1}, std::size_t{7}}) {
      ASSAY_CHECK(by_scan(http_status, body, piece_bytes) == expected,
                  "the fast reader and the reader of studies disagree");
    }
  }
  return 0;
}

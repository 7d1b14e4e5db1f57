// Server-sent events: nothing crashes, and where the bytes are split never matters.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "net/sse.h"

namespace {

using assay::net::SseEvent;
using assay::net::SseParser;

struct Outcome {
  std::vector<std::string> events;
  std::size_t pending_bytes = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view stream, std::size_t piece_bytes) {
  Outcome outcome;
  SseParser parser(std::size_t{1} << 20U, "error");
  while (!stream.empty()) {
    const bool accepted = parser.feed(stream.substr(0, piece_bytes), [&](const SseEvent& event) {
      outcome.events.push_back(event.type + '\n' + event.last_id + '\n' + event.data);
    });
    if (!accepted) break;
    stream.remove_prefix(std::min(piece_bytes, stream.size()));
  }
  outcome.pending_bytes = parser.pending_bytes();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Outcome whole = parse(stream, size + 1);
  for (const std::size_t piece_bytes : {1, 2, 7}) {
    ASSAY_CHECK(parse(stream, piece_bytes) == whole, "events depend on where the bytes are split");
  }
  return 0;
}

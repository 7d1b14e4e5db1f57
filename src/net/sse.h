// Server-sent events, by the WHATWG HTML standard, section 9.2.6 "Interpreting an event stream".
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace assay::net {

struct SseEvent {
  std::string type;  ///< "message" unless the stream named another.
  std::string data;  ///< Lines joined by line feeds, without the last one.
  std::string last_id;
};

/// Push parser: feed() bytes split anywhere, including inside CR LF and inside UTF-8; events come
/// out by the callback in order. A byte-order mark at the start is skipped; an event not closed by
/// a blank line before the stream ends is dropped, as the standard says. Not thread-safe.
class SseParser {
 public:
  /// Longer lines or events make feed() return false and the parser stays failed.
  explicit SseParser(std::size_t event_bytes_max = std::size_t{16} << 20U);

  /// False when the limit was exceeded.
  [[nodiscard]] bool feed(std::string_view bytes,
                          const std::function<void(const SseEvent&)>& on_event);

  /// Bytes of an event that has begun and was not closed by a blank line: more than 0 at the end of
  /// the stream means that the stream was cut.
  std::size_t pending_bytes() const;

 private:
  bool take_line(const std::function<void(const SseEvent&)>& on_event);
  std::size_t event_bytes_max_;
  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool at_start_ = true;
  bool skip_line_feed_ = false;
  bool failed_ = false;
};

}  // namespace assay::net

// Server-sent events, by the WHATWG HTML standard, section 9.2.6 "Interpreting an event stream".
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace assay::net {

struct SseEvent {
  std::string type;  ///< "message" unless the stream named another.
  std::string data;  ///< Lines joined by line feeds, without the last one.
  std::string last_id;
};

using OnEvent = std::function<void(const SseEvent&)>;

/// Push parser: feed() bytes split anywhere, including inside CR LF and inside UTF-8; events come
/// out by the callback in order. A byte-order mark at the start is skipped; an event not closed by
/// a blank line before the stream ends is dropped, as the standard says. Not thread-safe.
class SseParser {
 public:
  /// Longer lines or events make feed() return false and the parser stays failed. The standard
  /// ignores fields it does not know; with `typed_data_field` set to "error", a line "error: TEXT"
  /// counts as "event: error" and "data: TEXT", which is how some servers report a failure.
  explicit SseParser(std::size_t event_bytes_max = std::size_t{16} << 20U,
                     std::string typed_data_field = "");

  /// False when the limit was exceeded.
  [[nodiscard]] bool feed(std::string_view bytes, const OnEvent& on_event);

  /// Bytes of an event that has begun and was not closed by a blank line: more than 0 at the end of
  /// the stream means that the stream was cut.
  std::size_t pending_bytes() const { return line_.size() + event_bytes_; }

 private:
  void take_line(const OnEvent& on_event);
  void take_field(std::string_view name, std::string_view value);
  void append_data(std::string_view value);
  void dispatch(const OnEvent& on_event);

  std::size_t event_bytes_max_;
  std::string typed_data_field_;
  std::string line_;
  SseEvent event_;
  std::size_t event_bytes_ = 0;  ///< Of the complete field lines of the event that is being read.
  bool has_data_ = false;
  bool at_start_ = true;
  bool skip_line_feed_ = false;
  bool failed_ = false;
};

}  // namespace assay::net

// Cuts a stream of server-sent events into the data of each event without copying what one read
// brought whole. Same results as net::SseParser with "error" as its typed data field; made for the
// load generator, which takes over a million events a second. Internal to this room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::endpoint {

/// One event that a blank line closed and that has data. The views hold until the next call.
struct EventFrame {
  std::string_view data;  ///< Lines joined by line feeds, without the last one.
  /// Bytes behind `data` that may be read, whatever they are: a parser that reads in blocks needs
  /// no copy when they are enough.
  std::size_t readable_bytes_after = 0;
  bool is_error = false;  ///< "event: error", or data that came in a line "error: …".
};

/// Pull parser: give() bytes split anywhere, then next() until it says false; only then give() the
/// following ones. Holds memory only for what a read left unfinished. Not thread-safe.
class EventFrames {
 public:
  /// A line or event that is longer makes has_failed() true for good.
  explicit EventFrames(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

  /// As new, for another stream; memory is kept.
  void reset();

  /// Requires that the bytes given before are used up. They are read in place until next() is
  /// false.
  void give(std::string_view bytes);
  bool next(EventFrame& frame);

  bool has_failed() const { return failed_; }
  /// Bytes of an event that has begun and was not closed by a blank line.
  std::size_t pending_bytes() const { return line_.size() + event_bytes_; }

 private:
  const char* line_end() const { return feed_ < return_ ? feed_ : return_; }
  void pass(const char* end);
  bool exceeds_limit(std::size_t more_bytes);
  bool take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void append_data(std::string_view value);
  void own_data();

  std::size_t event_bytes_max_;
  const char* at_ = nullptr;  ///< What is left of the bytes given: [at_, end_).
  const char* end_ = nullptr;
  const char* feed_ = nullptr;    ///< The next line feed of it, or end_.
  const char* return_ = nullptr;  ///< The next carriage return of it, or end_.
  std::string line_;              ///< The beginning of a line that earlier reads brought.
  std::string owned_;             ///< Data that more than one line or read brought.
  std::string_view data_;         ///< Of the event being read: in the bytes given, or owned_.
  std::size_t event_bytes_ = 0;   ///< Of the complete field lines of the event being read.
  bool has_data_ = false;
  bool is_error_ = false;
  bool at_start_ = true;
  bool skip_feed_ = false;
  bool failed_ = false;
};

}  // namespace assay::endpoint

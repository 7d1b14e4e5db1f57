// Reads the bytes of one chat reply as they come and says at once what each event brought: the load
// generator's reader, for over a million events a second on one thread. What it says is what
// ReplyReader would say of the same bytes; it keeps counts instead of the answer itself.
//
// One StreamReader serves all streams of a thread; each stream has a StreamScan of its own, small
// enough for ten thousand of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "endpoint/chat.h"
#include "endpoint/stream_scan_frames.h"

namespace assay::endpoint {

/// What one event of a stream, or a whole JSON reply, brought. Strings hold during the call.
struct StreamEvent {
  enum class Kind {
    Chunk,   ///< Of an answer, with or without output.
    Whole,   ///< The reply was one JSON value; what it says has no times of tokens.
    Done,    ///< "[DONE]".
    Failed,  ///< An error the server reports, or no chunk of an answer at all.
  };
  Kind kind = Kind::Chunk;
  bool has_choice = false;     ///< False for what only reports usage.
  bool has_tool_call = false;  ///< A part of a tool call: an id, a name or arguments.
  std::string_view text;       ///< UTF-8, unescaped.
  std::string_view reasoning;
  std::string_view finish_reason;        ///< Empty: none came.
  std::uint64_t tool_call_bytes = 0;     ///< Of names and arguments.
  Usage usage;                           ///< -1 where this event says nothing.
  const ChatFailure* failure = nullptr;  ///< Of Failed, else null.

  /// Text, reasoning or a part of a tool call: what makes an event the first or last with content.
  /// False for one that brings only the role.
  bool has_output() const { return !text.empty() || !reasoning.empty() || has_tool_call; }
  std::uint64_t output_bytes() const { return text.size() + reasoning.size() + tool_call_bytes; }
};

class StreamEventSink {
 public:
  virtual ~StreamEventSink() = default;
  virtual void on_event(const StreamEvent& event) = 0;
};

/// What the streams of one thread share: the memory that parsing needs. Not thread-safe.
class StreamReader {
 public:
  StreamReader();
  ~StreamReader();
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  /// The data of one event, trimmed, neither empty nor "[DONE]". `events_before` of its stream, for
  /// the words of a failure. Strings and the failure hold until the next call.
  StreamEvent read_event(const EventFrame& frame, int http_status, std::uint64_t events_before);
  /// A reply that is one JSON value.
  StreamEvent read_whole(std::string_view json, int http_status);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

/// How a reply ended and what it summed up to.
struct StreamEnd {
  const ChatFailure* failure = nullptr;  ///< Null: nothing of the answer is missing.
  std::string_view finish_reason;        ///< Empty when none came.
  Usage usage;                           ///< The last that the server said of each count.
  std::uint64_t events = 0;              ///< That had data, "[DONE]" among them.
  std::uint64_t events_with_output = 0;
  std::uint64_t output_bytes = 0;
};

struct StreamScanLimits {
  std::size_t event_bytes_max = std::size_t{1} << 20U;
  std::size_t whole_bytes_max = std::size_t{16} << 20U;  ///< Of a reply that is one JSON value.
};

/// Serves one reply at a time; reset() makes it ready for another and keeps its memory. Format and
/// failures are told by what the bytes are, as ReplyReader does. Not thread-safe.
class StreamScan {
 public:
  /// `reader` outlives it.
  explicit StreamScan(StreamReader& reader, StreamScanLimits limits = {});

  void reset();

  /// The body's next piece, split anywhere. False when the rest of the reply can change nothing.
  bool take(int http_status, std::string_view piece, StreamEventSink& sink);

  /// The body is whole as far as HTTP can tell. Requires a status; may still bring an event. Views
  /// and pointers of the end hold until the next reset() or take().
  StreamEnd finish(int http_status, StreamEventSink& sink);
  /// The reply broke off; `failure` says how. Counts of what came.
  StreamEnd finish_broken(ChatFailure failure);

 private:
  enum class Format { Unknown, Events, Whole };

  void keep_beginning(std::string_view piece, std::size_t bytes_max);
  void begin(int http_status, std::string_view piece, StreamEventSink& sink);
  void take_events(int http_status, std::string_view bytes, StreamEventSink& sink);
  void take_frame(int http_status, EventFrame frame, StreamEventSink& sink);
  void take_whole(std::string_view piece, int http_status);
  void count(const StreamEvent& event, StreamEventSink& sink);
  void finish_events(int http_status, StreamEventSink& sink);
  void fail(ChatFailure failure);
  bool has_failed() const { return failure_ != nullptr; }
  StreamEnd summary() const;

  StreamReader& reader_;
  StreamScanLimits limits_;
  EventFrames frames_;
  Format format_ = Format::Unknown;
  bool done_ = false;
  std::string body_;  ///< All of a JSON reply; the beginning of an error body or of a stream.
  std::string finish_reason_;
  std::unique_ptr<ChatFailure> failure_;
  StreamEnd end_;
};

}  // namespace assay::endpoint

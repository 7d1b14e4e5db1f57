// From the bytes of one HTTP reply to a ChatReply: an event stream, one JSON value, or an error
// body, told apart by what they are, because servers mislabel them. Internal to this room.
#pragma once

#include <string>
#include <string_view>

#include "endpoint/chat.h"
#include "endpoint/chat_stream.h"
#include "net/http_client.h"
#include "net/sse.h"

namespace assay::endpoint {

/// Serves one attempt. Not thread-safe.
class ReplyReader {
 public:
  explicit ReplyReader(base::MonotonicTime started);

  /// As net::OnBody: false when the rest of the reply can change nothing.
  bool take(int http_status, std::string_view piece, base::MonotonicTime arrived);

  /// `ended` says how the exchange ended. Without attempts and their time.
  ChatReply finish(const net::HttpReply& ended);

 private:
  enum class Format { Unknown, Events, Whole };

  void keep_beginning(std::string_view piece);
  void begin(std::string_view piece);
  void take_events(std::string_view bytes);
  void finish_events(const net::HttpReply& ended);
  void finish_whole(const net::HttpReply& ended);

  base::MonotonicTime started_;
  double arrived_ms_ = -1;  ///< Of the last piece.
  int http_status_ = 0;
  Format format_ = Format::Unknown;
  std::string body_;  ///< All of a JSON reply; the beginning of an error body or of a stream.
  net::SseParser parser_;
  ChatStream stream_;
};

/// What a transport failure is to a chat. Requires a failure.
ChatFailure failure_of_transport(const net::HttpReply& ended);

}  // namespace assay::endpoint

// Reads one HTTP/1.1 reply out of bytes as they come, on top of Beast's parser. Interim replies
// (100 Continue and kin) are passed over. Internal to this room; one object serves one reply.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>

#include "net/http_client.h"

namespace assay::net {

class ReplyParser {
 public:
  enum class State { NeedMore, Done, Failed };

  /// `head_request`: the reply has no body whatever its headers say. With `on_body`, pieces go
  /// there; without, into HttpReply::body. `reply` outlives the parser.
  ReplyParser(HttpReply& reply, const OnBody& on_body, std::uint64_t body_bytes_max,
              bool head_request);

  /// Room for the next read. The bytes read are handed over by commit(), with their arrival time.
  boost::asio::mutable_buffer prepare();
  State commit(std::size_t bytes, base::MonotonicTime arrived);

  /// The peer closed its side in an orderly way: Done when that is how this reply ends.
  State end_of_stream(base::MonotonicTime now);

  bool got_bytes() const { return got_bytes_; }
  /// Whether another exchange may follow on the connection. Requires Done.
  bool keep_alive() const;

  /// After Failed: what to put into the reply.
  TransportFailure failure() const { return failure_; }
  const std::string& failure_message() const { return failure_message_; }

 private:
  class Sink;
  void start_message();
  State fail(boost::system::error_code error);

  HttpReply& reply_;
  const OnBody& on_body_;
  std::uint64_t body_bytes_max_;
  bool head_request_;
  bool got_bytes_ = false;
  std::shared_ptr<Sink> sink_;
  boost::beast::flat_buffer unparsed_;
  TransportFailure failure_ = TransportFailure::None;
  std::string failure_message_;
};

}  // namespace assay::net

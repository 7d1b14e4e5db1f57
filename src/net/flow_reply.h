// Reads HTTP/1.1 replies of one connection, one after the other, without copying bodies: what comes
// in one read goes out as views of it. On top of Beast's parser. Internal to this room.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/flow.h"

namespace assay::net {

/// Takes the body's pieces; false gives the reply up.
class FlowBodySink {
 public:
  virtual ~FlowBodySink() = default;
  virtual bool on_piece(int status, std::string_view piece) = 0;
};

/// Memory: what a read left of a head or of a chunk's header, at most kRestBytesMax.
class FlowReply {
 public:
  enum class State { NeedMore, Done, Failed };

  static constexpr std::size_t kRestBytesMax = std::size_t{64} << 10U;

  /// Makes ready for the next reply. `body` outlives it.
  void begin(FlowBodySink& body, std::uint64_t body_bytes_max);

  /// How many bytes of earlier reads must stand before the next ones.
  std::size_t rest_bytes() const { return rest_.size(); }
  /// Reads `bytes`, of which the first rest_bytes() are room that this call fills.
  State take(char* bytes, std::size_t count);

  /// The peer closed its side in an orderly way: Done when that is how this reply ends.
  State end_of_stream();

  bool got_bytes() const { return got_bytes_; }
  int status() const { return status_; }
  int retry_after_s() const { return retry_after_s_; }
  std::uint64_t body_bytes() const { return body_bytes_; }
  /// Whether another exchange may follow on the connection. Requires Done.
  bool keep_alive() const;

  /// After Failed.
  FlowFailure failure() const { return failure_; }
  const std::string& message() const { return message_; }

 private:
  class Parser;
  friend class Parser;

  class Parser final : public boost::beast::http::basic_parser<false> {
   public:
    explicit Parser(FlowReply& reply) : reply_(reply) {}

   private:
    using Text = boost::beast::string_view;
    using Error = boost::beast::error_code;
    void on_request_impl(boost::beast::http::verb, Text, Text, int, Error&) override {}
    void on_response_impl(int code, Text, int, Error&) override { reply_.status_ = code; }
    void on_field_impl(boost::beast::http::field name, Text, Text value, Error&) override;
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    std::size_t on_body_impl(Text piece, Error& error) override;
    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Error& error) override {
      return on_body_impl(piece, error);
    }
    void on_finish_impl(Error&) override {}

    FlowReply& reply_;
  };

  void start_message();
  State fail(boost::beast::error_code error, std::string_view left);
  State fail(FlowFailure failure, std::string message);

  FlowBodySink* body_ = nullptr;
  std::uint64_t body_bytes_max_ = 0;
  std::optional<Parser> parser_;
  std::string rest_;
  bool got_bytes_ = false;
  bool has_surplus_ = false;  ///< Bytes behind the reply's end.
  int status_ = 0;
  int retry_after_s_ = -1;
  std::uint64_t body_bytes_ = 0;
  FlowFailure failure_ = FlowFailure::None;
  std::string message_;
};

}  // namespace assay::net

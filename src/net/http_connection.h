// One accepted connection: reads requests one after another and is each one's Exchange. For
// http_server.cc alone. Lives inside the coroutine that serves it, on the Runtime's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_server.h"

namespace assay::net {

class HttpConnection final : public Exchange {
 public:
  /// `handler` must outlive the connection.
  HttpConnection(boost::asio::ip::tcp::socket socket, const Handler& handler);

  /// Serves requests until the peer leaves or an exchange ends the connection. Never throws for
  /// what the peer or the handler does.
  Task<void> serve();

  const ServerRequest& request() const override { return request_; }
  Task<bool> reply(int status, const Headers& headers, std::string body) override;
  Task<bool> start_stream(int status, const Headers& headers) override;
  Task<bool> piece(std::string_view bytes) override;
  Task<bool> end_stream() override;
  Task<bool> raw(std::string_view bytes) override;
  void cut(bool reset) override;
  Task<void> until_gone() override;

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  /// What of the answer has gone out.
  enum class Answer { None, Streaming, Complete, Raw };

  Task<bool> read_request();
  Task<void> read_body(Parser& parser, boost::system::error_code& failure);
  Task<void> refuse(boost::system::error_code why);
  Task<void> answer();
  Task<void> fail(std::string why);
  Task<bool> write(std::string_view bytes);
  Task<void> close_gently();
  std::string head(int status, const Headers& headers, std::string_view framing) const;

  const Handler& handler_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  ServerRequest request_;
  Answer answer_ = Answer::None;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  bool gone_ = false;
};

}  // namespace assay::net

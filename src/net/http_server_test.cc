#include "net/http_server.h"

#include <gmock/gmock.h>

#include <future>
#include <stdexcept>
#include <thread>

#include "base/random.h"
#include "support/loopback_connection.h"

namespace assay::net {
namespace {

using test::ask_loopback;
using test::body_of;
using test::LoopbackConnection;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Headers kNoHeaders;

Task<void> echo(Exchange& exchange) {
  const ServerRequest& request = exchange.request();
  co_await exchange.reply(200, kNoHeaders,
                          request.method + " " + request.target + "\n" + request.body);
}

/// A server whose loop runs on a thread of its own.
class Served {
 public:
  explicit Served(Handler handler) : server_(runtime_, std::move(handler)) {
    port_ = server_.listen("127.0.0.1", 0).value();
    loop_ = std::thread([this] { runtime_.run_until_stopped(); });
  }
  ~Served() { stop(); }

  void stop() {
    runtime_.stop();
    if (loop_.joinable()) loop_.join();
  }
  std::uint16_t port() const { return port_; }

 private:
  Runtime runtime_;
  HttpServer server_;
  std::uint16_t port_ = 0;
  std::thread loop_;
};

/// Turns the loop by hand until `reached`; gives up after some ten seconds.
void run_until(Runtime& runtime, const bool& reached) {
  for (int turn = 0; turn < 10'000 && !reached; ++turn) {
    runtime.run(sleep_for(std::chrono::milliseconds(1)));
  }
  ASSERT_TRUE(reached);
}

TEST(HttpServer, KeepsTheConnectionForTheNextRequest) {
  const Served served(echo);
  LoopbackConnection connection(served.port());
  connection.send("POST /a?b=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(connection.read_through("abc"),
            "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nPOST /a?b=1\nabc");
  connection.send("GET /second HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(connection.read_all(), EndsWith("Connection: close\r\n\r\nGET /second\n"));
  EXPECT_TRUE(connection.was_closed());
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const Served served(echo);
  LoopbackConnection connection(served.port());
  connection.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string replies = connection.read_all();
  EXPECT_LT(replies.find("GET /1"), replies.find("GET /2"));
  EXPECT_THAT(replies, EndsWith("GET /2\n"));
}

TEST(HttpServer, HandsTheRequestOverAsSent) {
  std::promise<ServerRequest> seen;
  const base::MonotonicTime before = base::system_clock().now();
  const Served served([&](Exchange& exchange) -> Task<void> {
    seen.set_value(exchange.request());
    co_await exchange.reply(204, kNoHeaders, "");
  });
  LoopbackConnection connection(served.port());
  connection.send(
      "PUT /x HTTP/1.1\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 204 No Content\r\n"));
  const ServerRequest request = seen.get_future().get();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/x");
  EXPECT_EQ(request.body, "abc");
  EXPECT_THAT(request.headers, testing::Contains(testing::Pair("X-One", "1")));
  EXPECT_GE(request.arrived, before);
}

Task<void> stream_two(Exchange& exchange) {
  const Headers headers{{"Content-Type", "text/event-stream"}};
  co_await exchange.start_stream(200, headers);
  co_await exchange.piece("data: 1\n\n");
  co_await exchange.piece("");
  co_await exchange.piece("data: two, longer than 15\n\n");
  co_await exchange.end_stream();
}

TEST(HttpServer, StreamsEachPieceAsOneChunk) {
  const Served served(stream_two);
  LoopbackConnection connection(served.port());
  connection.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(connection.read_through("0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
            "chunked\r\n\r\n9\r\ndata: 1\n\n\r\n1b\r\ndata: two, longer than 15\n\n\r\n0\r\n\r\n");
}

TEST(HttpServer, StreamsToAnHttp10PeerWithoutChunks) {
  const Served served(stream_two);
  LoopbackConnection connection(served.port());
  connection.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string reply = connection.read_all();
  EXPECT_THAT(reply, Not(HasSubstr("chunked")));
  EXPECT_THAT(reply, EndsWith("\r\n\r\ndata: 1\n\ndata: two, longer than 15\n\n"));
}

TEST(HttpServer, AnswersHeadWithoutABody) {
  const Served served(echo);
  EXPECT_THAT(ask_loopback(served.port(), "HEAD", "/"),
              EndsWith("Content-Length: 7\r\nConnection: close\r\n\r\n"));
}

TEST(HttpServer, SkipsFramingHeadersOfTheHandler) {
  const Served served([](Exchange& exchange) -> Task<void> {
    const Headers headers{{"content-length", "99"}, {"Retry-After", "1"}};
    co_await exchange.reply(429, headers, "slow");
  });
  EXPECT_EQ(ask_loopback(served.port(), "GET", "/"),
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 4\r\nConnection: "
            "close\r\n\r\nslow");
}

TEST(HttpServer, InvitesABodyThatWaitsForIt) {
  const Served served(echo);
  LoopbackConnection connection(served.port());
  connection.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(connection.read_through("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("ok");
  EXPECT_THAT(connection.read_through("ok"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(HttpServer, RefusesWhatIsNotHttp) {
  const Served served(echo);
  LoopbackConnection connection(served.port());
  connection.send("\x16\x03\x01 this is not HTTP\r\n\r\n");
  EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST(HttpServer, RefusesAHeadBeyondItsLimit) {
  const Served served(echo);
  LoopbackConnection connection(served.port());
  connection.send("GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 431 "));
}

TEST(HttpServer, RefusesABodyBeyondItsLimit) {
  const Served served(echo);
  LoopbackConnection connection(served.port());
  connection.send("POST / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n");
  EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, AnswersForAHandlerThatFails) {
  const Served served([](Exchange& exchange) -> Task<void> {
    if (exchange.request().target == "/silent") co_return;
    if (exchange.request().target == "/stream") co_await exchange.start_stream(200, kNoHeaders);
    throw std::runtime_error("on purpose");
  });
  const std::string thrown = ask_loopback(served.port(), "GET", "/");
  EXPECT_THAT(thrown, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(thrown, HasSubstr("on purpose"));
  EXPECT_THAT(ask_loopback(served.port(), "GET", "/silent"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(ask_loopback(served.port(), "GET", "/stream"),
              EndsWith("chunked\r\nConnection: close\r\n\r\n"))
      << "a stream that was begun is cut, not ended";
}

TEST(HttpServer, WritesRawBytesAndCloses) {
  const Served served([](Exchange& exchange) -> Task<void> { co_await exchange.raw("not HTTP"); });
  EXPECT_EQ(ask_loopback(served.port(), "GET", "/"), "not HTTP");
}

TEST(HttpServer, CutsByCloseOrByReset) {
  const Served served([](Exchange& exchange) -> Task<void> {
    co_await exchange.start_stream(200, kNoHeaders);
    co_await exchange.piece("begun");
    exchange.cut(exchange.request().target == "/reset");
    EXPECT_FALSE(co_await exchange.piece("never"));
  });
  LoopbackConnection closed(served.port());
  closed.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(closed.read_all(), EndsWith("5\r\nbegun\r\n"));
  EXPECT_TRUE(closed.was_closed());

  LoopbackConnection reset(served.port());
  reset.send("GET /reset HTTP/1.1\r\n\r\n");
  reset.read_all();
  EXPECT_TRUE(reset.was_reset());
}

TEST(HttpServer, TellsWhenThePeerIsGone) {
  std::promise<void> gone;
  const Served served([&](Exchange& exchange) -> Task<void> {
    co_await exchange.start_stream(200, kNoHeaders);
    co_await exchange.until_gone();
    EXPECT_FALSE(co_await exchange.piece("nobody reads this"));
    gone.set_value();
  });
  LoopbackConnection connection(served.port());
  connection.send("GET / HTTP/1.1\r\n\r\n");
  connection.read_through("\r\n\r\n");
  connection.send("still here");
  connection.close();
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(HttpServer, WaitsForASlowReader) {
  const std::string large(20'000'000, 'z');
  const Served served(
      [&](Exchange& exchange) -> Task<void> { co_await exchange.reply(200, kNoHeaders, large); });
  EXPECT_EQ(body_of(ask_loopback(served.port(), "GET", "/")), large);
}

TEST(HttpServer, SurvivesPeersThatLeaveAnywhere) {
  const Served served(stream_two);
  const std::string request = "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody";
  for (std::size_t sent = 0; sent <= request.size(); ++sent) {
    LoopbackConnection connection(served.port());
    connection.send(std::string_view(request).substr(0, sent));
  }
  EXPECT_THAT(ask_loopback(served.port(), "GET", "/"), EndsWith("0\r\n\r\n"));
}

TEST(HttpServer, SurvivesNoise) {
  const Served served(echo);
  base::Random random(7);
  for (int round = 0; round < 100; ++round) {
    std::string noise = round % 2 == 0 ? "" : "POST / HTTP/1.1\r\n";
    for (int i = 0; i < 300; ++i) noise += static_cast<char>(random.below(256));
    LoopbackConnection connection(served.port());
    connection.send(noise);
  }
  EXPECT_THAT(ask_loopback(served.port(), "GET", "/"), EndsWith("GET /\n"));
}

TEST(HttpServer, NamesAPortThatIsTaken) {
  Runtime runtime;
  HttpServer first(runtime, echo);
  const std::uint16_t port = first.listen("127.0.0.1", 0).value();
  HttpServer second(runtime, echo);
  const auto refused = second.listen("127.0.0.1", port);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, base::ErrorKind::System);
  EXPECT_THAT(refused.error().message, HasSubstr(std::to_string(port)));
  EXPECT_THAT(refused.error().hint, HasSubstr("another"));
}

TEST(HttpServer, RefusesAnAddressThatIsNone) {
  Runtime runtime;
  HttpServer server(runtime, echo);
  EXPECT_EQ(server.listen("localhost!", 0).error().kind, base::ErrorKind::BadInput);
}

TEST(HttpServer, MayBeDestroyedInTheMiddleOfAnExchange) {
  auto runtime = std::make_unique<Runtime>();
  bool reached = false;
  const auto held = std::make_shared<int>(1);
  auto server = std::make_unique<HttpServer>(*runtime, [&, held](Exchange& exchange) -> Task<void> {
    co_await exchange.start_stream(200, kNoHeaders);
    reached = true;
    co_await sleep_for(std::chrono::hours(1));
    co_await exchange.piece(std::to_string(*held));
  });
  LoopbackConnection connection(server->listen("127.0.0.1", 0).value());
  connection.send("GET / HTTP/1.1\r\n\r\n");
  run_until(*runtime, reached);
  server.reset();
  runtime->run(sleep_for(std::chrono::milliseconds(1)));
  EXPECT_GT(held.use_count(), 1) << "the exchange that sleeps still owns the handler";
  runtime.reset();
  EXPECT_EQ(held.use_count(), 1);
  connection.read_all();
  EXPECT_TRUE(connection.was_closed());
}

TEST(HttpServer, EndsExchangesThatWaitWhenItIsClosed) {
  Runtime runtime;
  bool waiting = false;
  bool ended = false;
  HttpServer server(runtime, [&](Exchange& exchange) -> Task<void> {
    co_await exchange.start_stream(200, kNoHeaders);
    waiting = true;
    co_await exchange.until_gone();
    ended = true;
  });
  LoopbackConnection connection(server.listen("127.0.0.1", 0).value());
  connection.send("GET / HTTP/1.1\r\n\r\n");
  run_until(runtime, waiting);
  server.close();
  run_until(runtime, ended);
}

}  // namespace
}  // namespace assay::net

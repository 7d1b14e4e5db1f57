#include "net/http_client.h"

#include <gmock/gmock.h>

#include <thread>

#include "net/runtime.h"
#include "support/byte_server.h"

namespace assay::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::ByteServer;
using test::close_now;
using test::hold;
using test::read_request;
using test::reset_now;
using test::send_bytes;
using test::send_reply;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

base::MonotonicTime from_now(base::Nanoseconds duration) {
  return base::system_clock().now() + duration;
}

/// A generous deadline: reached only when something hangs.
HttpLimits patient() {
  HttpLimits limits;
  limits.deadline = from_now(seconds(20));
  return limits;
}

class HttpClientTest : public testing::Test {
 protected:
  HttpReply send(HttpRequest request, HttpLimits limits = patient(), OnBody on_body = {}) {
    return runtime_.run(client_.send(std::move(request), std::move(limits), std::move(on_body)));
  }
  HttpReply get(const std::string& url, HttpLimits limits = patient()) {
    return send({"GET", parse_url(url).value(), {}, ""}, std::move(limits));
  }

  Runtime runtime_;
  HttpClient client_;
};

TEST_F(HttpClientTest, SendsTheRequestAndReadsTheReply) {
  ByteServer server({{read_request(), send_reply("made", "201 Created", "X-Id: 7\r\n")}});
  const HttpReply reply = send({"POST",
                                parse_url(server.url("/v1/x?y=z")).value(),
                                {{"Content-Type", "application/json"}},
                                "{\"a\":1}"});
  EXPECT_EQ(reply.failure, TransportFailure::None) << reply.failure_message;
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "made");
  EXPECT_EQ(header_value(reply.headers, "x-ID"), "7");
  EXPECT_EQ(header_value(reply.headers, "absent"), "");

  ASSERT_THAT(server.requests(), SizeIs(1));
  const std::string request = server.requests()[0];
  EXPECT_THAT(request, StartsWith("POST /v1/x?y=z HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\n{\"a\":1}"));
}

TEST_F(HttpClientTest, TimesAreInOrder) {
  ByteServer server({{read_request(), send_reply("x")}});
  const HttpTimes times = get(server.url("/")).times;
  EXPECT_LE(times.started, times.request_sent);
  EXPECT_LE(times.request_sent, times.headers_read);
  EXPECT_LE(times.headers_read, times.ended);
  EXPECT_FALSE(times.connection_reused);
}

TEST_F(HttpClientTest, KeepsTheConnection) {
  ByteServer server({{read_request(), send_reply("1"), read_request(), send_reply("2"),
                      read_request(), send_reply("3")}});
  for (const std::string expected : {"1", "2", "3"}) {
    const HttpReply reply = get(server.url("/"));
    EXPECT_EQ(reply.body, expected);
    EXPECT_EQ(reply.times.connection_reused, expected != "1");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, ClosesIdleConnectionsWhenAsked) {
  ByteServer server({{read_request(), send_reply("1")}, {read_request(), send_reply("2")}});
  EXPECT_EQ(get(server.url("/")).body, "1");
  client_.close_idle();
  EXPECT_EQ(get(server.url("/")).body, "2");
}

TEST_F(HttpClientTest, DoesNotReuseAConnectionTheServerCloses) {
  ByteServer server({{read_request(), send_reply("1", "200 OK", "Connection: close\r\n")},
                     {read_request(), send_reply("2")}});
  EXPECT_EQ(get(server.url("/")).body, "1");
  EXPECT_EQ(get(server.url("/")).body, "2");
}

TEST_F(HttpClientTest, AKeptConnectionThatDiesUnderTheRequestIsReplacedOnce) {
  // The server reads the second request and closes without a byte, so the client cannot have seen
  // the end before it sent.
  ByteServer server({{read_request(), send_reply("1"), read_request(), close_now()},
                     {read_request(), send_reply("2"), read_request(), reset_now()},
                     {read_request(), close_now()}});
  EXPECT_EQ(get(server.url("/a")).body, "1");
  EXPECT_EQ(get(server.url("/b")).body, "2");
  const HttpReply third = get(server.url("/c"));
  EXPECT_EQ(third.failure, TransportFailure::Cut) << "a fresh connection is not tried twice";
  EXPECT_THAT(server.requests(), SizeIs(5));
}

TEST_F(HttpClientTest, ARequestIsNotSentAgainAfterTheFirstByteOfAReply) {
  ByteServer server(
      {{read_request(), send_reply("1"), read_request(), send_bytes("HTTP/1.1 2"), close_now()}});
  EXPECT_EQ(get(server.url("/")).body, "1");
  EXPECT_EQ(get(server.url("/")).failure, TransportFailure::Cut);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, StaleConnectionsAreNoticedBeforeSending) {
  ByteServer server(
      {{read_request(), send_reply("1"), close_now()}, {read_request(), send_reply("2")}});
  EXPECT_EQ(get(server.url("/")).body, "1");
  EXPECT_EQ(get(server.url("/")).body, "2");
}

TEST_F(HttpClientTest, ReadsRepliesInEveryFraming) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  ByteServer server({
      {read_request(), send_bytes(chunked + "3\r\nabc\r\n"), send_bytes("2\r\nde\r\n0\r\n"),
       send_bytes("X-Trailer: 1\r\n\r\n"), read_request(),
       send_bytes("HTTP/1.1 100 Continue\r\n\r\n"), send_reply("after 100"), read_request(),
       send_bytes("HTTP/1.1 200 OK\r\n\r\nto the end"), close_now()},
  });
  EXPECT_EQ(get(server.url("/")).body, "abcde");
  EXPECT_EQ(get(server.url("/")).body, "after 100");
  EXPECT_EQ(get(server.url("/")).body, "to the end");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, ReportsCutAndForeignReplies) {
  ByteServer server(
      {{read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), close_now()},
       {read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), reset_now()},
       {read_request(), send_bytes("220 mail.example ESMTP\r\n")},
       {close_now()}});
  const HttpReply cut = get(server.url("/"));
  EXPECT_EQ(cut.failure, TransportFailure::Cut);
  EXPECT_EQ(cut.status, 200);
  EXPECT_EQ(cut.body, "ab");
  EXPECT_EQ(get(server.url("/")).failure, TransportFailure::Cut);
  const HttpReply foreign = get(server.url("/"));
  EXPECT_EQ(foreign.failure, TransportFailure::Malformed);
  EXPECT_THAT(foreign.failure_message, HasSubstr("220 mail.example"));
  EXPECT_EQ(get(server.url("/")).failure, TransportFailure::Cut);
}

TEST_F(HttpClientTest, ReportsAnEarlyRefusalOfALargeBody) {
  // The server answers and stops reading long before the body is through.
  ByteServer server({{send_reply("too much", "413 Payload Too Large"), hold()}});
  const HttpReply reply = send(
      {"POST", parse_url(server.url("/")).value(), {}, std::string(std::size_t{256} << 10U, 'x')});
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.body, "too much");
}

TEST_F(HttpClientTest, BoundsTheBody) {
  ByteServer server({{read_request(), send_reply(std::string(100, 'x'))}});
  HttpLimits limits = patient();
  limits.body_bytes_max = 99;
  EXPECT_EQ(get(server.url("/"), limits).failure, TransportFailure::TooLarge);
}

TEST_F(HttpClientTest, TheDeadlineEndsEveryPhase) {
  ByteServer server(
      {{read_request(), hold()},
       {read_request(), send_bytes("HTTP/1.1 200 OK\r\nX-Slow: "), hold()},
       {read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"), hold()},
       {hold()}});
  for (int i = 0; i < 3; ++i) {
    HttpLimits limits;
    limits.deadline = from_now(milliseconds(30));
    const HttpReply reply = get(server.url("/"), limits);
    EXPECT_EQ(reply.failure, TransportFailure::Deadline) << i;
    EXPECT_THAT(reply.failure_message, HasSubstr("the deadline passed while"));
  }
  HttpLimits limits;
  limits.deadline = from_now(milliseconds(30));
  // More than the socket buffers of both sides hold, and nobody reads.
  const HttpReply writing = send(
      {"POST", parse_url(server.url("/")).value(), {}, std::string(std::size_t{64} << 20U, 'x')},
      limits);
  EXPECT_EQ(writing.failure, TransportFailure::Deadline);
}

TEST_F(HttpClientTest, APassedDeadlineConnectsNowhere) {
  ByteServer server({{read_request(), send_reply("x")}});
  HttpLimits limits;
  limits.deadline = from_now(milliseconds(-1));
  EXPECT_EQ(get(server.url("/"), limits).failure, TransportFailure::Deadline);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, AnInterruptionEndsTheWait) {
  ByteServer server({{read_request(), hold()}});
  base::Interrupt interrupt;
  HttpLimits limits = patient();
  limits.interrupt = &interrupt;
  runtime_.spawn([](base::Interrupt& asked) -> Task<void> {
    co_await sleep_for(milliseconds(10));
    asked.request(2);
  }(interrupt));
  EXPECT_EQ(get(server.url("/"), limits).failure, TransportFailure::Interrupted);
  EXPECT_EQ(get(server.url("/"), limits).failure, TransportFailure::Interrupted)
      << "one that has come already counts too";
}

TEST_F(HttpClientTest, OnBodySeesPiecesAndMayGiveUp) {
  ByteServer server({{read_request(), send_reply("abc", "500 Oops"), read_request(),
                      send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst"), hold()}});
  std::string seen;
  const Url url = parse_url(server.url("/")).value();
  const HttpReply whole = send({"GET", url, {}, ""}, patient(),
                               [&](int status, std::string_view piece, base::MonotonicTime) {
                                 EXPECT_EQ(status, 500);
                                 seen += piece;
                                 return true;
                               });
  EXPECT_EQ(seen, "abc");
  EXPECT_TRUE(whole.body.empty());
  const HttpReply given_up = send({"GET", url, {}, ""}, patient(),
                                  [](int, std::string_view, base::MonotonicTime) { return false; });
  EXPECT_EQ(given_up.failure, TransportFailure::Interrupted);
}

TEST_F(HttpClientTest, SaysWhatCannotBeReached) {
  std::string gone;
  {
    const ByteServer server({});
    gone = server.url("/");
  }
  const HttpReply refused = get(gone);
  EXPECT_EQ(refused.failure, TransportFailure::Connect);
  EXPECT_THAT(refused.failure_message, HasSubstr("Connection refused"));
  EXPECT_THAT(refused.failure_message, HasSubstr("127.0.0.1"));

  // RFC 6761, section 6.4: names under "invalid" never resolve; no network is needed to know it.
  const HttpReply unknown = get("http://nowhere.invalid/");
  EXPECT_EQ(unknown.failure, TransportFailure::Resolve);
  EXPECT_THAT(unknown.failure_message, HasSubstr("nowhere.invalid"));
}

TEST_F(HttpClientTest, SeveralExchangesShareTheLoop) {
  constexpr int kExchanges = 16;
  std::vector<ByteServer::Script> scripts(kExchanges, {read_request(), send_reply("x")});
  ByteServer server(scripts);
  const Url url = parse_url(server.url("/")).value();
  int done = 0;
  for (int i = 0; i < kExchanges; ++i) {
    runtime_.spawn([](HttpClient& client, Url target, int& count) -> Task<void> {
      const HttpRequest request{"GET", target, {}, ""};
      const HttpReply reply = co_await client.send(request, patient());
      if (reply.body == "x") ++count;
    }(client_, url, done));
  }
  runtime_.run([](int& count) -> Task<void> {
    while (count < kExchanges) co_await sleep_for(milliseconds(1));
  }(done));
  EXPECT_EQ(server.connections(), kExchanges);
}

TEST(HttpClientDeathTest, RefusesToWriteAHeaderWithALineBreak) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        Runtime runtime;
        HttpClient client;
        runtime.run(
            client.send({"GET", parse_url("http://127.0.0.1:1/").value(), {{"X", "a\r\nY: b"}}, ""},
                        patient()));
      },
      "line break");
}

}  // namespace
}  // namespace assay::net

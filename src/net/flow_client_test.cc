#include "net/flow_client.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <thread>

#include "net/http_client.h"
#include "support/byte_server.h"
#include "support/null_server.h"

namespace assay::net {
namespace {

using base::MonotonicTime;
using test::ByteServer;
using test::close_now;
using test::hold;
using test::read_request;
using test::reset_now;
using test::send_bytes;
using test::send_reply;
using testing::ElementsAre;
using testing::HasSubstr;

MonotonicTime now() { return base::system_clock().now(); }
MonotonicTime soon() { return now() + std::chrono::milliseconds(30); }
MonotonicTime late() { return now() + std::chrono::seconds(20); }

struct Ended {
  FlowEnd end;
  std::string message;
  std::string body;
};

/// Notes everything and stops the client when nothing is under way any more.
class Notes final : public FlowSink {
 public:
  void on_sent(FlowTag tag, MonotonicTime sent) override { sent_at[tag] = sent; }
  void on_first_byte(FlowTag tag, const FlowStamp& stamp) override { first_at[tag] = stamp; }
  bool on_body(FlowTag tag, int, std::string_view piece, const FlowStamp&) override {
    bodies[tag] += piece;
    return bodies[tag].size() < give_up_at_bytes;
  }
  void on_end(FlowTag tag, const FlowEnd& end) override {
    ended[tag] = {end, std::string(end.message), bodies[tag]};
    if (then) then(tag);
    if (client->in_flight() == 0) client->stop();
  }
  void on_timer(FlowTag tag, MonotonicTime due, MonotonicTime at) override {
    EXPECT_GE(at, due);
    timers.push_back(tag);
  }

  FlowClient* client = nullptr;
  std::size_t give_up_at_bytes = std::string::npos;
  std::function<void(FlowTag)> then;
  std::map<FlowTag, MonotonicTime> sent_at;
  std::map<FlowTag, FlowStamp> first_at;
  std::map<FlowTag, std::string> bodies;
  std::map<FlowTag, Ended> ended;
  std::vector<FlowTag> timers;
};

/// Where nobody listens any more.
std::string deserted_url() {
  const ByteServer server({});
  return server.url("/v1");
}

/// A client for one server, its notes and one request.
class Load {
 public:
  explicit Load(const std::string& url, FlowLimits limits = {}) {
    HttpRequest asked;
    asked.method = "POST";
    asked.url = parse_url(url).value();
    asked.body = "{}";
    request = to_wire(asked);
    client = FlowClient::open(asked.url, limits, notes).value();
    notes.client = client.get();
  }

  void submit(FlowTag tag, MonotonicTime deadline = late()) {
    client->submit(request, deadline, tag);
  }
  void run() { client->run_until(late()); }
  Ended run_one(FlowTag tag = 1, MonotonicTime deadline = late()) {
    submit(tag, deadline);
    run();
    return notes.ended[tag];
  }

  Notes notes;
  std::string request;
  std::unique_ptr<FlowClient> client;
};

Ended play(ByteServer::Script script, MonotonicTime deadline = late(), FlowLimits limits = {}) {
  ByteServer server({std::move(script)});
  return Load(server.url("/v1"), limits).run_one(1, deadline);
}

TEST(FlowClient, GivesTheReplyAndItsTimesInOrder) {
  ByteServer server({{read_request(), send_reply("hello")}});
  Load load(server.url("/v1/x"));
  const MonotonicTime before = now();
  const Ended ended = load.run_one();
  EXPECT_EQ(ended.end.failure, FlowFailure::None) << ended.message;
  EXPECT_EQ(ended.end.status, 200);
  EXPECT_EQ(ended.body, "hello");
  EXPECT_EQ(ended.end.body_bytes, 5U);
  EXPECT_FALSE(ended.end.connection_reused);
  EXPECT_THAT(server.requests(), ElementsAre(load.request));
  const FlowTimes& times = ended.end.times;
  EXPECT_LE(before, times.submitted);
  EXPECT_LE(times.submitted, times.connected);
  EXPECT_LE(times.connected, times.sent);
  EXPECT_LE(times.sent, times.first_byte.arrived());
  EXPECT_LE(times.first_byte.arrived(), times.first_byte.read);
  EXPECT_LE(times.first_byte.arrived(), times.last_byte.arrived());
  EXPECT_LE(times.last_byte.read, times.ended);
  EXPECT_EQ(load.notes.sent_at[1], times.sent);
  EXPECT_EQ(load.notes.first_at[1].read, times.first_byte.read);
}

TEST(FlowClient, HasNoKernelStampsWhenToldSo) {
  FlowLimits limits;
  limits.kernel_stamps = false;
  const Ended ended = play({read_request(), send_reply("x")}, late(), limits);
  EXPECT_FALSE(ended.end.times.first_byte.has_kernel());
  EXPECT_EQ(ended.end.times.first_byte.arrived(), ended.end.times.first_byte.read);
}

TEST(FlowClient, ReusesAConnection) {
  ByteServer server({{read_request(), send_reply("a"), read_request(), send_reply("b")}});
  Load load(server.url("/v1"));
  load.run_one(1);
  load.run_one(2);
  EXPECT_EQ(load.notes.ended[2].body, "b");
  EXPECT_TRUE(load.notes.ended[2].end.connection_reused);
  EXPECT_EQ(server.connections(), 1);
}

TEST(FlowClient, OpensAnotherConnectionAfterOneThatMayNotBeReused) {
  ByteServer server({{read_request(), send_reply("a", "200 OK", "Connection: close\r\n")},
                     {read_request(), send_reply("b")}});
  Load load(server.url("/v1"));
  load.run_one(1);
  load.run_one(2);
  EXPECT_EQ(load.notes.ended[2].body, "b");
  EXPECT_FALSE(load.notes.ended[2].end.connection_reused);
}

/// The server closes while the loop does not look, so that the client meets it when it sends.
TEST(FlowClient, SendsAgainOnceOverAStaleConnection) {
  ByteServer server({{read_request(), send_reply("a"), read_request(), close_now()},
                     {read_request(), send_reply("b")}});
  Load load(server.url("/v1"));
  load.run_one(1);
  load.run_one(2);
  const Ended& second = load.notes.ended[2];
  EXPECT_EQ(second.end.failure, FlowFailure::None) << second.message;
  EXPECT_EQ(second.body, "b");
  EXPECT_TRUE(second.end.sent_again);
  EXPECT_EQ(load.client->counters().sent_again, 1U);
}

TEST(FlowClient, AnIdleConnectionThatTheServerClosesIsForgotten) {
  ByteServer server({{read_request(), send_reply("a"), close_now()},
                     {read_request(), send_reply("b"), close_now()},
                     {read_request(), send_reply("c")}});
  Load load(server.url("/v1"));
  for (FlowTag tag = 1; tag <= 3; ++tag) {
    load.run_one(tag);
    load.client->run_until(soon());
  }
  EXPECT_EQ(load.notes.ended[2].body, "b");
  EXPECT_EQ(load.notes.ended[3].body, "c");
}

TEST(FlowClient, EveryFailureHasItsClass) {
  struct Row {
    const char* sent;
    FlowFailure failure;
    const char* words;
  };
  const Row rows[] = {
      {"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", FlowFailure::Redirect,
       "302"},
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", FlowFailure::ClientError, "404"},
      {"HTTP/1.1 429 No\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n", FlowFailure::RateLimited,
       "429"},
      {"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", FlowFailure::ServerError, "503"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", FlowFailure::Cut, "before the end"},
      {"", FlowFailure::Cut, "without a reply"},
      {"SSH-2.0-OpenSSH_9.2\r\n", FlowFailure::Malformed, "SSH-2.0"},
  };
  for (const Row& row : rows) {
    ByteServer::Script script{read_request()};
    if (*row.sent != '\0') script.push_back(send_bytes(row.sent));
    script.push_back(close_now());
    const Ended ended = play(script);
    EXPECT_EQ(name_of(ended.end.failure), name_of(row.failure)) << row.sent;
    EXPECT_THAT(ended.message, HasSubstr(row.words));
    EXPECT_EQ(ended.end.retry_after_s, row.failure == FlowFailure::RateLimited ? 3 : -1);
  }
}

TEST(FlowClient, AResetInsideTheReplyIsCut) {
  const Ended ended = play(
      {read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"), reset_now()});
  EXPECT_EQ(ended.end.failure, FlowFailure::Cut) << ended.message;
}

TEST(FlowClient, ARefusedConnectionIsAConnectFailureAndNeverCallsBackAtOnce) {
  Load load(deserted_url());
  load.submit(1);
  EXPECT_TRUE(load.notes.ended.empty());
  load.run();
  EXPECT_EQ(load.notes.ended[1].end.failure, FlowFailure::Connect);
  EXPECT_THAT(load.notes.ended[1].message, HasSubstr("Connection refused"));
}

/// Each end starts the next exchange; were that done inside the call, the stack would grow.
TEST(FlowClient, SurvivesAnEndlessRowOfRefusals) {
  Load load(deserted_url());
  load.notes.then = [&](FlowTag tag) {
    if (tag < 5000) load.submit(tag + 1);
  };
  load.submit(1);
  load.run();
  EXPECT_EQ(load.notes.ended.size(), 5000U);
}

TEST(FlowClient, ADeadlineEndsEveryPhase) {
  const Ended silent = play({read_request(), hold()}, soon());
  EXPECT_EQ(silent.end.failure, FlowFailure::Timeout);
  EXPECT_THAT(silent.message, HasSubstr("waiting for the reply"));
  const Ended slow =
      play({read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"), hold()},
           soon());
  EXPECT_EQ(slow.end.failure, FlowFailure::Timeout);
  EXPECT_EQ(slow.end.status, 200);
  EXPECT_EQ(slow.body, "hel");
  EXPECT_EQ(play({read_request(), send_reply("x")}, now()).end.failure, FlowFailure::Timeout);
}

TEST(FlowClient, ADeadlineEndsWhoWaitsForAConnection) {
  ByteServer server({{read_request(), hold()}});
  FlowLimits limits;
  limits.connections_max = 1;
  Load load(server.url("/v1"), limits);
  load.submit(1, soon() + std::chrono::milliseconds(50));
  load.submit(2, soon());
  EXPECT_EQ(load.client->waiting(), 1U);
  load.run();
  EXPECT_EQ(load.notes.ended[2].end.failure, FlowFailure::Timeout);
  EXPECT_THAT(load.notes.ended[2].message, HasSubstr("waiting for a connection"));
  EXPECT_EQ(load.notes.ended[1].end.failure, FlowFailure::Timeout);
}

TEST(FlowClient, WhoWaitsIsServedInItsTurn) {
  ByteServer server({{read_request(), send_reply("1"), read_request(), send_reply("2"),
                      read_request(), send_reply("3")}});
  FlowLimits limits;
  limits.connections_max = 1;
  Load load(server.url("/v1"), limits);
  for (FlowTag tag = 1; tag <= 3; ++tag) load.submit(tag);
  load.run();
  for (FlowTag tag = 1; tag <= 3; ++tag) {
    EXPECT_EQ(load.notes.ended[tag].body, std::to_string(tag));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(FlowClient, TheSinkMayGiveAReplyUp) {
  ByteServer server({{read_request(), send_reply("hello"), hold()}});
  Load load(server.url("/v1"));
  load.notes.give_up_at_bytes = 1;
  EXPECT_EQ(load.run_one().end.failure, FlowFailure::GivenUp);
}

TEST(FlowClient, TooLargeABodyIsRefused) {
  FlowLimits limits;
  limits.body_bytes_max = 100;
  const Ended ended = play({read_request(), send_reply(std::string(101, 'x'))}, late(), limits);
  EXPECT_EQ(ended.end.failure, FlowFailure::TooLarge);
  EXPECT_EQ(ended.body, "");
}

TEST(FlowClient, SendsARequestThatFillsTheSocket) {
  ByteServer server({{read_request(), send_reply("taken")}});
  Load load(server.url("/v1"));
  const std::string body(16U << 20U, 'x');
  load.request =
      "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  EXPECT_EQ(load.run_one().body, "taken");
  EXPECT_EQ(server.requests().front().size(), load.request.size());
}

/// The server answers and closes before it has taken the request.
TEST(FlowClient, ReadsAnAnswerThatComesBeforeTheRequestIsSent) {
  ByteServer server({{send_reply("no", "413 Too Large"), hold()}});
  Load load(server.url("/v1"));
  load.request =
      "POST / HTTP/1.1\r\nContent-Length: 16000000\r\n\r\n" + std::string(16'000'000, 'x');
  const Ended ended = load.run_one();
  EXPECT_EQ(ended.end.failure, FlowFailure::ClientError);
  EXPECT_EQ(ended.end.status, 413);
}

TEST(FlowClient, TimersComeInOrderBesidesExchanges) {
  ByteServer server({{read_request(), hold()}});
  FlowLimits limits;
  limits.spin_max = std::chrono::seconds(1);
  Load load(server.url("/v1"), limits);
  const MonotonicTime start = now();
  load.client->call_at(start + std::chrono::milliseconds(4), 3);
  load.client->call_at(start + std::chrono::milliseconds(2), 2);
  load.client->call_at(start - std::chrono::seconds(1), 1);
  load.submit(9);
  load.client->run_until(start + std::chrono::milliseconds(10));
  EXPECT_THAT(load.notes.timers, ElementsAre(1, 2, 3));
  EXPECT_EQ(load.client->in_flight(), 1U);
  // A busy machine may let a short wait pass without a turn in it.
  const MonotonicTime patience = late();
  while (load.client->counters().spun.count() == 0 && now() < patience) {
    load.client->run_until(now() + std::chrono::milliseconds(2));
  }
  EXPECT_GT(load.client->counters().spun.count(), 0);
}

TEST(FlowClient, EndsAllWithOneReason) {
  ByteServer server({{read_request(), hold()}, {read_request(), hold()}});
  FlowLimits limits;
  limits.connections_max = 2;
  Load load(server.url("/v1"), limits);
  for (FlowTag tag = 1; tag <= 3; ++tag) load.submit(tag);
  load.client->run_until(soon());
  load.client->end_all(FlowFailure::GivenUp, "the run is over");
  EXPECT_EQ(load.client->in_flight(), 0U);
  for (FlowTag tag = 1; tag <= 3; ++tag) {
    EXPECT_EQ(load.notes.ended[tag].end.failure, FlowFailure::GivenUp);
    EXPECT_EQ(load.notes.ended[tag].message, "the run is over");
  }
}

TEST(FlowClient, AHostWithoutAnAddressIsSaidAtOnce) {
  Notes notes;
  const auto client =
      FlowClient::open(parse_url("http://nothing.invalid/").value(), FlowLimits{}, notes);
  ASSERT_FALSE(client.has_value());
  EXPECT_THAT(client.error().message, HasSubstr("nothing.invalid"));
}

/// The null server on a thread of its own.
class Served {
 public:
  Served() {
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end_.data());
    thread_ = std::thread([this] { server_.run_until_readable(end_[0]); });
  }
  ~Served() {
    ::shutdown(end_[1], SHUT_RDWR);
    thread_.join();
    for (const int side : end_) ::close(side);
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }

 private:
  test::NullServer server_;
  std::array<int, 2> end_{-1, -1};
  std::thread thread_;
};

/// Linux stamps what loopback delivers, beginning a little after somebody asks for it.
TEST(FlowClient, HasTheKernelsStampBetweenSendingAndReading) {
  const Served server;
  Load load(server.url("/plain"));
  const MonotonicTime patience = late();
  FlowTimes times;
  while (!times.first_byte.has_kernel() && now() < patience) times = load.run_one().end.times;
  ASSERT_TRUE(times.first_byte.has_kernel());
  EXPECT_LE(times.sent, times.first_byte.kernel);
  EXPECT_LE(times.first_byte.kernel, times.first_byte.read);
}

TEST(FlowClient, CarriesHundredsOfStreamsAtOnce) {
  const Served server;
  Load load(server.url("/stream"));
  constexpr FlowTag kStreams = 300;
  load.notes.then = [&](FlowTag tag) {
    if (tag <= kStreams) load.submit(tag + kStreams);  // Each connection serves a second one.
  };
  for (FlowTag tag = 1; tag <= kStreams; ++tag) load.submit(tag);
  load.run();
  ASSERT_EQ(load.notes.ended.size(), 2 * kStreams);
  for (const auto& [tag, ended] : load.notes.ended) {
    EXPECT_EQ(ended.end.failure, FlowFailure::None) << ended.message;
    EXPECT_THAT(ended.body, testing::EndsWith("data: [DONE]\n\n"));
  }
  EXPECT_LE(load.client->counters().connections_opened, kStreams);
}

}  // namespace
}  // namespace assay::net

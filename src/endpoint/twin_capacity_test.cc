// The twin as a server of limited capacity that tells what it served.
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>

#include "endpoint/played_twin_test_support.h"

namespace assay::endpoint {
namespace {

using base::Json;
using test::body_of;
using test::LoopbackConnection;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const Json kStreaming{{"stream", true}};

TEST(TwinCapacity, SchedulesWithinItsSlotsAndAroundItsStalls) {
  const PlayedTwin twin(R"(
    [twin]
    slots = 1
    [stall]
    first_ms = 30
    for_ms = 10
    [[rule]]
    first_token_ms = 20
    reply = "x"
    [[rule]]
    match.path = "/status"
    body = "free"
  )");
  std::vector<std::unique_ptr<LoopbackConnection>> connections;
  for (int i = 0; i < 3; ++i) {
    connections.push_back(std::make_unique<LoopbackConnection>(twin.port()));
    begin(*connections.back(), asking("x", i == 1 ? kStreaming : Json::object()));
  }
  const std::string beside = twin.get("/status");
  for (auto& connection : connections) connection->read_through(R"("finish_reason":"stop")");
  const auto records = twin.records();
  ASSERT_EQ(records.size(), 4U);
  const std::int64_t anchor = records[0].arrived_ns;
  std::int64_t free = anchor;
  for (std::size_t i = 0; i < 4; ++i) {
    if (records[i].path != "/status") continue;
    EXPECT_EQ(records[i].scheduled_ns[0], records[i].arrived_ns) << "takes no slot";
  }
  for (const TwinRecord& record : records) {
    if (record.path == "/status") continue;
    EXPECT_EQ(record.started_ns, std::max(record.arrived_ns, free));
    // 20 ms of work around a stall of 10 ms that begins 30 ms after the first arrival.
    const std::int64_t without = record.started_ns + 20'000'000;
    const bool stalls = record.started_ns < anchor + 30'000'000 && without >= anchor + 30'000'000;
    EXPECT_EQ(record.scheduled_ns[0], without + (stalls ? 10'000'000 : 0));
    free = record.scheduled_ns[0];
  }
  EXPECT_THAT(beside, EndsWith("free"));
}

TEST(TwinCapacity, TellsWhatItServedAsLlamaServerDoes) {
  constexpr std::string_view kScript = R"(
    [[rule]]
    match.contains = "cut"
    reply = "one two three"
    cut_after = 2
    [[rule]]
    match.contains = "none"
    status = 503
    [[rule]]
    reply = "one two three"
    usage = { prompt_tokens = 1000, completion_tokens = 1000 }
  )";
  const PlayedTwin twin(kScript);
  EXPECT_THAT(twin.get("/metrics"), HasSubstr("\nllamacpp:prompt_tokens_total 0\n"));
  twin.post(asking("a b c d"));
  twin.post(asking("e f", kStreaming));
  twin.post(asking("cut", kStreaming));
  twin.post(asking("none of these"));
  const std::string told = twin.get("/metrics");
  EXPECT_THAT(told, HasSubstr("Content-Type: text/plain; version=0.0.4\r\n"));
  EXPECT_THAT(told, HasSubstr("# TYPE llamacpp:prompt_tokens_total counter\n"
                              "llamacpp:prompt_tokens_total 7\n"))
      << "as counted, whatever usage was scripted";
  EXPECT_THAT(told, HasSubstr("\nllamacpp:tokens_predicted_total 8\n"));
  EXPECT_THAT(told, HasSubstr("\nllamacpp:requests_processing 0\n"));
  EXPECT_THAT(told, HasSubstr("\nllamacpp:requests_deferred 0\n"));

  const PlayedTwin liar("[metrics]\ntokens_factor = 2.5\n" + std::string(kScript));
  liar.post(asking("a b c d"));
  EXPECT_THAT(liar.get("/metrics"), HasSubstr("\nllamacpp:tokens_predicted_total 7.5\n"));
}

TEST(TwinCapacity, TellsWhoIsServedAndWhoWaits) {
  const PlayedTwin twin("[twin]\nslots = 2\n[[rule]]\nfirst_token_ms = 3600000\nreply = \"x\"\n");
  std::vector<std::unique_ptr<LoopbackConnection>> connections;
  for (int i = 0; i < 5; ++i) {
    connections.push_back(std::make_unique<LoopbackConnection>(twin.port()));
    begin(*connections.back(), asking("x"));
  }
  while (twin.records().size() < 5) {
  }
  const std::string told = twin.get("/metrics");
  EXPECT_THAT(told, HasSubstr("\nllamacpp:requests_processing 2\n"));
  EXPECT_THAT(told, HasSubstr("\nllamacpp:requests_deferred 3\n"));
}

TEST(TwinCapacity, TellsTheTokensOfAText) {
  const PlayedTwin twin("");
  const auto tokens_of = [&](const Json& body) {
    return test::ask_loopback(twin.port(), "POST", "/tokenize", base::dump_json(body));
  };
  const Json tokens =
      base::parse_json(body_of(tokens_of({{"content", " a b a b"}}))).value()["tokens"];
  ASSERT_EQ(tokens.size(), 4U);
  EXPECT_EQ(tokens[0], tokens[2]);
  EXPECT_NE(tokens[0], tokens[1]);
  EXPECT_EQ(body_of(tokens_of({{"content", ""}})), R"({"tokens":[]})");
  EXPECT_THAT(tokens_of({{"prompt", "a"}}), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(twin.get("/tokenize"), StartsWith("HTTP/1.1 404 "));
}

}  // namespace
}  // namespace assay::endpoint

#include "endpoint/twin.h"

#include <gmock/gmock.h>

#include "endpoint/played_twin_test_support.h"

namespace assay::endpoint {
namespace {

using base::Json;
using test::body_of;
using test::LoopbackConnection;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const Json kStreaming{{"stream", true}};

/// The data of each event in a streamed body.
std::vector<std::string> data_of(std::string_view body) {
  std::vector<std::string> events;
  while (body.starts_with("data: ")) {
    const std::size_t end = body.find("\n\n");
    events.emplace_back(body.substr(6, end - 6));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
  }
  EXPECT_EQ(body, "");
  return events;
}

/// The delta of each chunk that has one, as JSON text.
std::vector<std::string> deltas_of(const std::string& reply) {
  std::vector<std::string> deltas;
  for (const std::string& data : data_of(body_of(reply))) {
    if (data == "[DONE]") continue;
    const Json chunk = base::parse_json(data).value();
    if (!chunk["choices"].empty()) deltas.push_back(base::dump_json(chunk["choices"][0]["delta"]));
  }
  return deltas;
}

std::string content_of(const Json& reply) { return reply["choices"][0]["message"]["content"]; }

TEST(Twin, AnswersLikeAModelServer) {
  const PlayedTwin twin("[twin]\nmodel = \"m\"\n[props]\nn_ctx = 512\n");
  EXPECT_EQ(body_of(twin.get("/health")), R"({"status":"ok"})");
  EXPECT_EQ(body_of(twin.get("/props")), R"({"n_ctx":512})");
  EXPECT_EQ(base::parse_json(body_of(twin.get("/v1/models"))).value()["data"][0]["id"], "m");
  EXPECT_THAT(twin.get("/v2/models"), StartsWith("HTTP/1.1 404 Not Found"));
  EXPECT_THAT(twin.get("/v2/models"), HasSubstr(R"("type":"not_found_error")"));
  EXPECT_THAT(twin.get("/v1/chat/completions"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(PlayedTwin("").get("/props"), StartsWith("HTTP/1.1 404 "));
}

TEST(Twin, RefusesWhatIsNoChatRequestInOpenAIsShape) {
  const PlayedTwin twin("[[rule]]\nreply = \"x\"\n");
  const std::string reply = twin.post(Json{{"model", "m"}});
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(reply, HasSubstr(R"("type":"invalid_request_error","code":400)"));
  EXPECT_THAT(PlayedTwin("").post(asking("x")), HasSubstr("no rule"));
}

TEST(Twin, TheFirstRuleThatMatchesAnswers) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.contains = "Norway"
    match.times = 1
    reply = "Oslo"
    [[rule]]
    match.field = { temperature = { above = 0.9 } }
    reply = "hot"
    [[rule]]
    match.turn = 2
    reply = "again"
    [[rule]]
    reply = "{{last}} {{turn}} {{seed}} {{field:a.b}} {{other}} {{"
  )");
  EXPECT_EQ(content_of(twin.ask(asking("Norway?"))), "Oslo");
  EXPECT_EQ(content_of(twin.ask(asking("Norway?", {{"temperature", 1}}))), "hot");
  Json twice = asking("Norway?");
  twice["messages"].push_back(twice["messages"][0]);
  EXPECT_EQ(content_of(twin.ask(twice)), "again");
  const Json settings{{"seed", 4}, {"a", {{"b", "text"}}}};
  EXPECT_EQ(content_of(twin.ask(asking("Norway?", settings))), "Norway? 1 4 text {{other}} {{");
}

TEST(Twin, GivesAWholeReplyWithUsage) {
  const PlayedTwin twin("[twin]\nmodel = \"m\"\n[[rule]]\nreply = \"one two three\"\n");
  const Json reply = twin.ask(asking("what is this"));
  EXPECT_EQ(reply["object"], "chat.completion");
  EXPECT_EQ(reply["model"], "m");
  EXPECT_EQ(reply["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(base::dump_json(reply["choices"][0]["message"]),
            R"({"role":"assistant","content":"one two three"})");
  EXPECT_EQ(base::dump_json(reply["usage"]),
            R"({"prompt_tokens":3,"completion_tokens":3,"total_tokens":6})");
}

TEST(Twin, StreamsReasoningTextAndToolCallsInOrder) {
  const PlayedTwin twin(R"(
    [[rule]]
    tokens_per_event = 2
    reasoning = "let me see"
    reply = "It is Oslo"
    tool_calls = [{ name = "get_weather", arguments = "{\"city\": \"Oslo\"}" }]
  )");
  const std::string reply = twin.post(asking("x", kStreaming));
  EXPECT_THAT(reply, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(
      deltas_of(reply),
      ElementsAre(
          R"({"role":"assistant","content":null})", R"({"reasoning_content":"let me"})",
          R"({"reasoning_content":" see"})", R"({"content":"It is"})", R"({"content":" Oslo"})",
          R"({"tool_calls":[{"index":0,"id":"call_1_0","type":"function","function":{"name":"get_weather","arguments":""}}]})",
          R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"city\": \"Oslo\"}"}}]})", "{}"));
  EXPECT_THAT(reply, HasSubstr(R"("finish_reason":"tool_calls")"));
  EXPECT_EQ(data_of(body_of(reply)).back(), "[DONE]");

  const Json whole = twin.ask(asking("x"))["choices"][0]["message"];
  EXPECT_EQ(whole["reasoning_content"], "let me see");
  EXPECT_EQ(whole["tool_calls"][0]["function"]["arguments"], R"({"city": "Oslo"})");
}

TEST(Twin, SendsUsageInAStreamOnlyWhenAsked) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.contains = "none"
    reply = "x"
    usage = false
    [[rule]]
    reply = "x"
    usage = { prompt_tokens = 100, completion_tokens = 20, reasoning_tokens = 5, cached_tokens = 9 }
    extra = { timings = { prompt_ms = 12.5 } }
  )");
  EXPECT_THAT(twin.post(asking("x", kStreaming)), testing::Not(HasSubstr("usage")));
  const Json with_usage{{"stream", true}, {"stream_options", {{"include_usage", true}}}};
  const auto events = data_of(body_of(twin.post(asking("x", with_usage))));
  const Json last = base::parse_json(events[events.size() - 2]).value();
  EXPECT_TRUE(last["choices"].empty());
  EXPECT_EQ(base::dump_json(last["usage"]),
            R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,)"
            R"("completion_tokens_details":{"reasoning_tokens":5},)"
            R"("prompt_tokens_details":{"cached_tokens":9}})");
  EXPECT_EQ(last["timings"]["prompt_ms"], 12.5);
  EXPECT_THAT(twin.post(asking("none", with_usage)), testing::Not(HasSubstr("usage")));
  EXPECT_FALSE(twin.ask(asking("none")).contains("usage"));
}

TEST(Twin, HonoursMaxTokens) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.contains = "all"
    ignore_max_tokens = true
    reply = "one two three"
    [[rule]]
    match.contains = "tool"
    tool_calls = [{ name = "f", arguments = "{\"a\": 1}" }]
    [[rule]]
    reasoning = "hm hm"
    reply = "one two three"
  )");
  const Json cut = twin.ask(asking("x", {{"max_tokens", 4}}));
  EXPECT_EQ(content_of(cut), "one two");
  EXPECT_EQ(cut["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(cut["usage"]["completion_tokens"], 4);
  EXPECT_EQ(cut["usage"]["completion_tokens_details"]["reasoning_tokens"], 2);
  EXPECT_EQ(twin.ask(asking("x", {{"max_tokens", 5}}))["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(content_of(twin.ask(asking("all", {{"max_completion_tokens", 1}}))), "one two three");
  const Json call = twin.ask(asking("tool", {{"max_tokens", 2}}))["choices"][0];
  EXPECT_EQ(call["message"]["tool_calls"][0]["function"]["arguments"], "{\"a\":");
  EXPECT_EQ(call["finish_reason"], "length");
}

TEST(Twin, DrawsTheSameAnswerForTheSameSeedAndFreshOnesWithoutASeed) {
  constexpr std::string_view kCoin =
      "[[rule]]\n[[rule.replies]]\ntext = \"heads\"\n[[rule.replies]]\ntext = \"tails\"\n";
  const PlayedTwin twin(kCoin);
  const PlayedTwin again(kCoin);
  std::string seeded;
  std::string unseeded;
  for (int i = 0; i < 20; ++i) {
    const std::string first = content_of(twin.ask(asking("x", {{"seed", i}})));
    EXPECT_EQ(first, content_of(twin.ask(asking("x", {{"seed", i}}))));
    const std::string fresh = content_of(twin.ask(asking("x")));
    EXPECT_EQ(fresh, content_of(again.ask(asking("x")))) << "the same order gives the same answers";
    seeded += first;
    unseeded += fresh;
  }
  for (const std::string& all : {seeded, unseeded}) {
    EXPECT_THAT(all, HasSubstr("heads"));
    EXPECT_THAT(all, HasSubstr("tails"));
  }
}

TEST(Twin, SchedulesEventsExactlyAndSendsNoneEarly) {
  const PlayedTwin twin(R"(
    [[rule]]
    name = "timed"
    reply = "a b c d"
    first_token_ms = 20
    token_ms = [1.5, 3]
  )");
  twin.post(asking("x", kStreaming));
  twin.post(asking("x"));
  const std::vector<TwinRecord> records = twin.records();
  ASSERT_EQ(records.size(), 2U);
  const TwinRecord& streamed = records[0];
  EXPECT_EQ(streamed.number, 1U);
  EXPECT_EQ(streamed.rule, "timed");
  EXPECT_EQ(streamed.path, "/v1/chat/completions");
  EXPECT_EQ(streamed.ended, "complete");
  std::vector<std::int64_t> after_arrival_us;
  for (const std::int64_t scheduled : streamed.scheduled_ns) {
    after_arrival_us.push_back((scheduled - streamed.arrived_ns) / 1000);
  }
  EXPECT_THAT(after_arrival_us, ElementsAre(20'000, 21'500, 24'500, 27'500));
  ASSERT_EQ(streamed.sent_ns.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_GE(streamed.sent_ns[i], streamed.scheduled_ns[i]);
  EXPECT_EQ(records[1].scheduled_ns[0] - records[1].arrived_ns, 27'500'000)
      << "a whole reply is due when the last token would be";
  EXPECT_GE(records[1].sent_ns[0], records[1].scheduled_ns[0]);

  const Json over_http = base::parse_json(body_of(twin.get("/twin/records"))).value();
  EXPECT_EQ(over_http["records"][0]["sent_ns"].size(), 4U);
  EXPECT_EQ(over_http["records"][0]["rule"], "timed");
}

TEST(Twin, AnswersErrorsWithHeaders) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.contains = "busy"
    status = 429
    headers = { Retry-After = "1" }
    reply = "slow down, {{last}}"
    [[rule]]
    match.contains = "full"
    status = 400
    reply = "the request exceeds the available context size"
    extra = { type = "exceed_context_size_error", n_ctx = 512 }
    [[rule]]
    status = 502
    content_type = "text/html"
    body = "<html>Bad Gateway</html>"
  )");
  const std::string busy = twin.post(asking("busy", kStreaming));
  EXPECT_THAT(busy, StartsWith("HTTP/1.1 429 Too Many Requests"));
  EXPECT_THAT(busy, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(body_of(busy),
            R"({"error":{"message":"slow down, busy","type":"rate_limit_error","code":429}})");
  EXPECT_THAT(body_of(twin.post(asking("full"))),
              HasSubstr(R"("type":"exceed_context_size_error","code":400,"n_ctx":512)"));
  const std::string gateway = twin.post(asking("x"));
  EXPECT_THAT(gateway, HasSubstr("Content-Type: text/html"));
  EXPECT_EQ(body_of(gateway), "<html>Bad Gateway</html>");
}

TEST(Twin, RulesMayAnswerOtherPaths) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.path = "/health"
    match.times = 2
    status = 503
    reply = "Loading model"
  )");
  EXPECT_THAT(twin.get("/health"), HasSubstr("unavailable_error"));
  EXPECT_THAT(twin.get("/health?x=1"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(twin.get("/health"), StartsWith("HTTP/1.1 200"));
}

TEST(Twin, CutsStreams) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.contains = "before"
    reset = true
    [[rule]]
    match.contains = "reset"
    reply = "a b c"
    cut_after = 1
    reset = true
    [[rule]]
    reply = "a b c"
    cut_after = 2
  )");
  const std::string cut = twin.post(asking("x", kStreaming));
  EXPECT_THAT(deltas_of(cut), ElementsAre(R"({"role":"assistant","content":null})",
                                          R"({"content":"a"})", R"({"content":" b"})"));
  EXPECT_THAT(cut, testing::Not(EndsWith("0\r\n\r\n")));
  EXPECT_THAT(body_of(twin.post(asking("x"))), testing::Not(EndsWith("}"))) << "half of the body";

  for (const char* kind : {"before", "reset"}) {
    LoopbackConnection connection(twin.port());
    begin(connection, asking(kind, kStreaming));
    const std::string reply = connection.read_all();
    EXPECT_EQ(reply.empty(), kind == std::string_view("before"));
    EXPECT_TRUE(connection.was_reset()) << kind;
  }
  for (const TwinRecord& record : twin.records()) EXPECT_EQ(record.ended, "cut");
}

TEST(Twin, HangsWhereTheScriptSays) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.contains = "head"
    hang = true
    [[rule]]
    reply = "a b c"
    hang_after = 1
  )");
  LoopbackConnection head(twin.port());
  begin(head, asking("head", kStreaming));
  EXPECT_THAT(head.read_through("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
  LoopbackConnection after(twin.port());
  begin(after, asking("x", kStreaming));
  EXPECT_THAT(after.read_through(R"({"content":"a"})"), EndsWith(R"({"content":"a"})"));
  EXPECT_THAT(twin.get("/health"), StartsWith("HTTP/1.1 200")) << "others are served meanwhile";
  for (const TwinRecord& record : twin.records()) EXPECT_EQ(record.ended, "hung");
}

TEST(Twin, WritesRawBytes) {
  const PlayedTwin twin("[[rule]]\nraw = \"HTTP/1.1 2OO Oops\\r\\n\"\n");
  EXPECT_EQ(twin.post(asking("x")), "HTTP/1.1 2OO Oops\r\n");
}

TEST(Twin, NotesThatThePeerLeft) {
  std::string words;
  for (int i = 0; i < 2000; ++i) words += "word ";
  const PlayedTwin twin("[[rule]]\ntoken_ms = 2\nreply = \"" + words + "\"\n");
  {
    LoopbackConnection connection(twin.port());
    begin(connection, asking("x", kStreaming));
    connection.read_through("\r\n\r\n");
  }
  while (twin.records()[0].ended.empty()) {
    ASSERT_THAT(twin.get("/health"), StartsWith("HTTP/1.1 200")) << "others are served meanwhile";
  }
  EXPECT_EQ(twin.records()[0].ended, "peer gone");
}

TEST(Twin, MayBeDestroyedInTheMiddleOfAReply) {
  auto runtime = std::make_unique<net::Runtime>();
  const auto script =
      parse_twin_script("[[rule]]\nreply = \"a b\"\ntoken_ms = 3600000\n", "test.toml").value();
  auto twin = std::make_unique<Twin>(*runtime, script);
  LoopbackConnection connection(twin->listen("127.0.0.1", 0).value());
  begin(connection, asking("x", kStreaming));
  for (int turn = 0;
       turn < 10'000 && (twin->records().empty() || twin->records()[0].sent_ns.empty()); ++turn) {
    runtime->run(net::sleep_for(std::chrono::milliseconds(1)));
  }
  ASSERT_EQ(twin->records()[0].sent_ns.size(), 1U);
  twin.reset();
  runtime->run(net::sleep_for(base::Nanoseconds(0)));
  runtime.reset();
  EXPECT_THAT(connection.read_all(), HasSubstr(R"({"content":"a"})"));
  EXPECT_TRUE(connection.was_closed());
}

}  // namespace
}  // namespace assay::endpoint

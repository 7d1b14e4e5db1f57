// What is sent and kept, on real sockets: against the scripted twin and against bytes that no
// well-behaved server sends.
#include "load/sender.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "endpoint/twin_thread.h"
#include "load/measures.h"
#include "load/runner.h"
#include "support/byte_server.h"
#include "support/outside.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;
using test::ByteServer;
using testing::Each;
using testing::Field;
using testing::SizeIs;

constexpr std::string_view kPrompt = "[work]\nprompt = \"Say something.\"\n";

Scenario scenario(const std::string& text) {
  auto parsed = parse_scenario(text, "test.toml", ".");
  EXPECT_TRUE(parsed.has_value()) << parsed.error().to_string();
  return std::move(*parsed);
}

SendPlan plan_for(const Scenario& scenario, const std::string& url) {
  std::vector<TraceRequest> trace;
  SendPlan plan = plan_sending(scenario, {"t", url, "m", ""}, "", trace).value();
  set_conversations(plan, make_conversations(scenario, trace, plan.arrivals.size(), {}).value());
  return plan;
}

struct Sent {
  RecordsInMemory records;
  SendOutcome outcome;
};

class SenderTest : public testing::Test {
 protected:
  void send(const std::string& text, const std::string& url) {
    const SendPlan plan = plan_for(scenario(text), url);
    auto outcome = send_all(context_.context(), plan, "t", sent_.records, {});
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    sent_.outcome = *outcome;
  }

  test::Outside context_;
  Sent sent_;
};

TEST_F(SenderTest, SendsWhatIsDueAndKeepsEveryTimeInItsOrder) {
  const auto twin = endpoint::TwinThread::start(
      "[twin]\nfirst_token_ms = 20\ntoken_ms = 5\n[[rule]]\nreply = \"one two three four\"\n",
      "twin");
  send("arrivals = \"even\"\n[[stage]]\nrate = 100\nfor = \"300 ms\"\n" + std::string(kPrompt),
       (*twin)->url());
  const auto records = sent_.records.records();
  ASSERT_THAT(records, SizeIs(30));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const RequestRecord& record = records[i];
    EXPECT_EQ(record.due, milliseconds(5 + 10 * i));
    EXPECT_GE(record.sent, record.due);
    EXPECT_GE(record.first_byte, record.sent);
    EXPECT_GE(record.first_content - record.sent, milliseconds(20));
    EXPECT_GE(record.last_content - record.sent, milliseconds(35));
    EXPECT_GE(record.ended, record.last_content);
    EXPECT_EQ(record.output_tokens, 4);
    EXPECT_EQ(record.content_events, 4);
    EXPECT_EQ(record.http_status, 200);
    EXPECT_EQ(record.failure, Failure::None);
  }
  EXPECT_THAT(sent_.records.events(), SizeIs(120));
  EXPECT_EQ(sent_.outcome.client.send.samples, 30U);
  EXPECT_GT(sent_.outcome.client.loop.samples, 20U);
  EXPECT_TRUE(sent_.outcome.stopped_early.empty());
}

TEST_F(SenderTest, SendsTheSameWhateverTheNumberOfThreads) {
  const auto twin = endpoint::TwinThread::start("[[rule]]\nreply = \"ok\"\n", "twin");
  const std::string text = "[[stage]]\nrate = 200\nfor = \"500 ms\"\n" + std::string(kPrompt);
  send(text, (*twin)->url());
  const auto single = sent_.records.numbered();
  Sent threaded;
  std::swap(sent_.outcome, threaded.outcome);
  const SendPlan plan = plan_for(scenario(text + "[client]\nthreads = 3\n"), (*twin)->url());
  ASSERT_TRUE(send_all(context_.context(), plan, "t", threaded.records, {}).has_value());
  const auto several = threaded.records.numbered();
  ASSERT_EQ(several.size(), single.size());
  for (std::size_t i = 0; i < single.size(); ++i) {
    EXPECT_EQ(several[i].number, single[i].number);
    EXPECT_EQ(several[i].record.due, single[i].record.due);
    EXPECT_EQ(several[i].record.work, single[i].record.work);
  }
}

TEST_F(SenderTest, KeepsAsManyUsersUnderWayAsTheStageHas) {
  const auto twin = endpoint::TwinThread::start(
      "[twin]\nfirst_token_ms = 10\n[[rule]]\nreply = \"ok\"\n", "twin");
  send(
      "[[stage]]\nconcurrency = 2\nfor = \"200 ms\"\n[[stage]]\nconcurrency = 5\nfor = \"200 "
      "ms\"\n" +
          std::string(kPrompt),
      (*twin)->url());
  const auto records = sent_.records.records();
  std::array<std::size_t, 2> most{};
  for (const RequestRecord& at : records) {
    const auto under_way = static_cast<std::size_t>(
        std::count_if(records.begin(), records.end(), [&](const RequestRecord& other) {
          return other.sent <= at.sent && other.ended > at.sent;
        }));
    most.at(at.stage) = std::max(most.at(at.stage), under_way);
  }
  EXPECT_EQ(most[0], 2U);
  EXPECT_EQ(most[1], 5U);
  EXPECT_GT(records.size(), 50U);
  EXPECT_THAT(records, Each(Field(&RequestRecord::failure, Failure::None)));
}

TEST_F(SenderTest, HoldsConversationsWithWhatTheModelSaidAndTimeToThink) {
  const auto twin = endpoint::TwinThread::start(
      "[[rule]]\nmatch.turn = 2\nmatch.any_contains = [\"first answer\"]\nreply = \"second\"\n"
      "[[rule]]\nmatch.turn = 1\nreply = \"first answer\"\n",
      "twin");
  send(
      "arrivals = \"even\"\n[[stage]]\nrate = 10\nfor = \"400 ms\"\n[work]\nprompt = \"Hi\"\n"
      "turns = 2\nthink = \"50 ms\"\n",
      (*twin)->url());
  const auto numbered = sent_.records.numbered();
  std::set<std::uint32_t> numbers;
  for (const NumberedRecord& one : numbered) {
    numbers.insert(one.number);
    EXPECT_EQ(one.record.failure, Failure::None) << "a second turn without the first's answer: 404";
    if (one.number % 2 == 0) continue;
    const auto first = std::find_if(numbered.begin(), numbered.end(), [&](const auto& other) {
      return other.number + 1 == one.number;
    });
    EXPECT_GE(one.record.due - first->record.ended, milliseconds(49));
  }
  EXPECT_EQ(numbers.count(0), 1U);
  EXPECT_EQ(numbers.count(1), 1U);
  EXPECT_GE(numbered.size(), 7U) << "the last conversation has no time for its second turn";
}

TEST_F(SenderTest, BeyondItsConnectionsWaitsAndSaysThatItDid) {
  const auto twin = endpoint::TwinThread::start(
      "[twin]\nfirst_token_ms = 100\n[[rule]]\nreply = \"ok\"\n", "twin");
  send("arrivals = \"even\"\ntimeout_s = 0.25\n[[stage]]\nrate = 50\nfor = \"400 ms\"\n" +
           std::string(kPrompt) + "[client]\nconnections = 1\n",
       (*twin)->url());
  const auto records = sent_.records.records();
  ASSERT_THAT(records, SizeIs(20));
  const auto limited = std::count_if(records.begin(), records.end(), [](const auto& record) {
    return record.failure == Failure::ClientLimited;
  });
  EXPECT_GE(limited, 10) << "one connection answers ten a second of fifty";
  EXPECT_GE(records[1].sent - records[1].due, milliseconds(70)) << "it waited for the first reply";
  ASSERT_EQ(records[1].failure, Failure::None);
  EXPECT_GT(*measure(records[1], Measure::TtftScheduled), *measure(records[1], Measure::Ttft) + 69);
}

TEST_F(SenderTest, StopsWhenItIsAsked) {
  const auto twin = endpoint::TwinThread::start("[[rule]]\nreply = \"ok\"\n", "twin");
  const SendPlan plan = plan_for(
      scenario("[[stage]]\nrate = 20\nfor = \"1 h\"\n" + std::string(kPrompt)), (*twin)->url());
  SendHooks hooks;
  hooks.on_live = [&](const LiveState& state) {
    if (state.completed > 2) context_.interrupt().request(2);
  };
  const auto outcome = send_all(context_.context(), plan, "t", sent_.records, hooks);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome->was_interrupted);
  EXPECT_LT(outcome->sent_for, std::chrono::hours(1));
  EXPECT_GT(sent_.records.records().size(), 2U) << "what was measured is kept";
}

/// What one connection answers, and what the record of it says.
struct Torture {
  std::string_view name;
  ByteServer::Script script;
  Failure failure;
};

class SenderTorture : public SenderTest, public testing::WithParamInterface<int> {};

std::vector<Torture> tortures() {
  using test::hold;
  using test::read_request;
  using test::send_bytes;
  using test::send_reply;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  const std::string event =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n";
  return {
      {"html", {read_request(), send_reply("<html>Bad gateway</html>")}, Failure::Malformed},
      {"closes mid-event",
       {read_request(), send_bytes(head + event + "data: {\"cho"), test::close_now()},
       Failure::Cut},
      {"resets", {read_request(), send_bytes(head + event), test::reset_now()}, Failure::Cut},
      {"never answers", {read_request(), hold()}, Failure::Timeout},
      {"stops mid-stream", {read_request(), send_bytes(head + event), hold()}, Failure::Timeout},
      {"invalid UTF-8",
       {read_request(),
        send_bytes(head +
                   "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xff\xfe\"}}]}\n\n"),
        test::close_now()},
       Failure::Malformed},
      {"too short for its length",
       {read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"a\":1}"),
        test::close_now()},
       Failure::Cut},
      {"endless line",
       {read_request(), send_bytes(head + "data: " + std::string(3'000'000, 'x')), hold()},
       Failure::Malformed},
      {"redirects",
       {read_request(), send_reply("", "302 Found", "Location: http://127.0.0.1:1/\r\n")},
       Failure::Http4xx},
      {"too many requests",
       {read_request(), send_reply("{}", "429 Too Many Requests", "Retry-After: 1\r\n")},
       Failure::RateLimited},
      {"server error", {read_request(), send_reply("{}", "503 Unavailable")}, Failure::Http5xx},
      {"no HTTP",
       {read_request(), send_bytes("SSH-2.0-OpenSSH_9.2\r\n"), test::close_now()},
       Failure::Malformed},
      {"error in the stream",
       {read_request(),
        send_bytes(head + event + "data: {\"error\":{\"code\":500,\"message\":\"boom\"}}\n\n"),
        test::close_now()},
       Failure::Http5xx},
  };
}

TEST_P(SenderTorture, LeavesARecordWithItsClassAndTheRunEnds) {
  const Torture torture = tortures()[static_cast<std::size_t>(GetParam())];
  SCOPED_TRACE(torture.name);
  ByteServer server({torture.script});
  send("arrivals = \"even\"\ntimeout_s = 0.3\n[[stage]]\nrate = 2\nfor = \"500 ms\"\n" +
           std::string(kPrompt),
       server.url("/v1"));
  const auto records = sent_.records.records();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(name_of(records[0].failure), name_of(torture.failure));
}

INSTANTIATE_TEST_SUITE_P(Servers, SenderTorture,
                         testing::Range(0, static_cast<int>(tortures().size())));

TEST_F(SenderTest, GivesUpOnAServerThatAnswersNothing) {
  ByteServer nobody({});
  const std::string url = nobody.url("/v1");
  send("[[stage]]\nconcurrency = 4\nfor = \"1 h\"\n" + std::string(kPrompt), url);
  EXPECT_EQ(sent_.outcome.stopped_early, "no request was answered");
  const auto records = sent_.records.records();
  EXPECT_LT(records.size(), 100U) << "users who fail wait before they try again";
}

}  // namespace
}  // namespace assay::load

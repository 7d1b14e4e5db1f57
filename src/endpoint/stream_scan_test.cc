#include "endpoint/stream_scan.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::endpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "content:Hel", "reasoning:…", "tool:3", "role", "usage", "done", "failed", joined by "+".
std::string shown(const StreamEvent& event) {
  switch (event.kind) {
    case StreamEvent::Kind::Done:
      return "done";
    case StreamEvent::Kind::Failed:
      return "failed";
    case StreamEvent::Kind::Whole:
    case StreamEvent::Kind::Chunk:
      break;
  }
  std::string words = event.kind == StreamEvent::Kind::Whole ? "whole " : "";
  if (!event.text.empty()) words += "content:" + std::string(event.text) + " ";
  if (!event.reasoning.empty()) words += "reasoning:" + std::string(event.reasoning) + " ";
  if (event.has_tool_call) words += "tool:" + std::to_string(event.tool_call_bytes) + " ";
  if (!event.finish_reason.empty()) words += "finish:" + std::string(event.finish_reason) + " ";
  if (!event.has_choice && event.usage.completion_tokens >= 0) words += "usage ";
  if (words.empty()) return "role";
  words.pop_back();
  return words;
}

class Notes final : public StreamEventSink {
 public:
  void on_event(const StreamEvent& event) override { events.push_back(shown(event)); }
  std::vector<std::string> events;
};

struct Outcome {
  std::vector<std::string> events;
  StreamEnd end;
  std::string failure;  ///< "class: message", or empty.
};

/// One reply read in pieces of that size.
class Scan {
 public:
  explicit Scan(StreamScanLimits limits = {}) : scan(reader, limits) {}

  Outcome read(std::string_view body, std::size_t piece_bytes = 1U << 20U, int http_status = 200) {
    Notes notes;
    scan.reset();
    while (!body.empty()) {
      const std::string piece(body.substr(0, piece_bytes));
      if (!scan.take(http_status, piece, notes)) break;
      body.remove_prefix(piece.size());
    }
    const StreamEnd end = scan.finish(http_status, notes);
    return {notes.events, end,
            end.failure == nullptr
                ? ""
                : std::string(name_of(end.failure->failure)) + ": " + end.failure->message};
  }

  StreamReader reader;
  StreamScan scan;
};

std::string event(const std::string& data) { return "data: " + data + "\n\n"; }
std::string delta(const std::string& members) {
  return event(R"({"choices":[{"index":0,"delta":{)" + members + R"(},"finish_reason":null}]})");
}

const std::string kStream =
    delta(R"("role":"assistant","content":null)") + delta(R"("reasoning_content":"Hm")") +
    delta(R"("content":"Gr\u00fc\u00dfe \ud83d\ude00")") + ": a comment\n\n" +
    delta(R"("content":" ä€")") +
    delta(R"("tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{}"}}])") +
    event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})") +
    event(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,)"
          R"("prompt_tokens_details":{"cached_tokens":4},)"
          R"("completion_tokens_details":{"reasoning_tokens":1}}})") +
    event("[DONE]");

TEST(StreamScan, SaysWhatEachEventBrought) {
  Scan scan;
  const Outcome outcome = scan.read(kStream);
  EXPECT_THAT(outcome.events, ElementsAre("role", "reasoning:Hm", "content:Grüße 😀", "content: ä€",
                                          "tool:3", "finish:length", "usage", "done"));
  EXPECT_EQ(outcome.failure, "");
  EXPECT_EQ(outcome.end.finish_reason, "length");
  EXPECT_EQ(outcome.end.events, 8U);
  EXPECT_EQ(outcome.end.events_with_output, 4U);
  EXPECT_EQ(outcome.end.output_bytes, 2U + 12U + 6U + 3U);
  EXPECT_EQ(outcome.end.usage.prompt_tokens, 9);
  EXPECT_EQ(outcome.end.usage.completion_tokens, 5);
  EXPECT_EQ(outcome.end.usage.reasoning_tokens, 1);
  EXPECT_EQ(outcome.end.usage.cached_tokens, 4);
}

/// With every line ending, wherever the bytes are split, also inside CR LF and inside a character.
TEST(StreamScan, LineEndingsAndSplitsChangeNothing) {
  Scan scan;
  const std::vector<std::string> expected = scan.read(kStream).events;
  for (const std::string_view ending : {"\n", "\r\n", "\r"}) {
    std::string stream = "\xEF\xBB\xBF";
    for (const char c : kStream) stream += c == '\n' ? std::string(ending) : std::string(1, c);
    for (std::size_t piece_bytes = 1; piece_bytes < 200; ++piece_bytes) {
      const Outcome outcome = scan.read(stream, piece_bytes);
      ASSERT_EQ(outcome.events, expected) << piece_bytes;
      ASSERT_EQ(outcome.failure, "") << piece_bytes;
    }
  }
}

TEST(StreamScan, JoinsDataOfSeveralLines) {
  Scan scan;
  const std::string stream =
      "data: {\"choices\":\ndata:[{\"delta\":{\"content\":\"x\"},\nid: 7\n"
      "data: \"finish_reason\":\"stop\"}]}\n\n";
  for (const std::size_t piece_bytes : {1, 3, 1000}) {
    EXPECT_THAT(scan.read(stream, piece_bytes).events, ElementsAre("content:x finish:stop"));
  }
}

/// Shapes that simdjson is not asked to judge: the slow reader does, with the same words.
TEST(StreamScan, TakesUnusualShapesToo) {
  Scan scan;
  EXPECT_THAT(scan.read(delta(R"("content":[{"type":"text","text":"part"}])")).events,
              ElementsAre("content:part"));
  EXPECT_THAT(
      scan.read(delta(R"("tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}])")).events,
      ElementsAre("tool:8"));
  EXPECT_THAT(
      scan.read(event(R"({"choices":[{"index":1,"delta":{"content":"not ours"}}]})")).events,
      ElementsAre("role"));
}

TEST(StreamScan, AWholeReplyInOneJsonValue) {
  Scan scan;
  const std::string body =
      R"(  {"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":3,"completion_tokens":2}})";
  for (const std::size_t piece_bytes : {1, 1000}) {
    const Outcome outcome = scan.read(body, piece_bytes);
    EXPECT_THAT(outcome.events, ElementsAre("whole content:Hello finish:stop"));
    EXPECT_EQ(outcome.failure, "");
    EXPECT_EQ(outcome.end.usage.completion_tokens, 2);
    EXPECT_EQ(outcome.end.events_with_output, 0U);
  }
}

TEST(StreamScan, FailuresHaveTheirClass) {
  Scan scan;
  const std::string first = delta(R"("content":"a")");
  EXPECT_THAT(scan.read(first).failure, HasSubstr(name_of(FailureClass::CutStream)));
  EXPECT_THAT(scan.read("").failure, HasSubstr("an empty body"));
  EXPECT_THAT(scan.read("<html><title>Login</title>").failure,
              HasSubstr(name_of(FailureClass::Malformed)));
  EXPECT_THAT(scan.read(first + event(R"({"choices":)")).failure,
              HasSubstr("event 2 of the stream"));
  EXPECT_THAT(scan.read(first + delta("\"content\":\"\xC3(\"")).failure,
              HasSubstr(name_of(FailureClass::Malformed)));
  EXPECT_THAT(scan.read(first + event(R"({"error":{"message":"slow down","code":429}})")).failure,
              HasSubstr(name_of(FailureClass::RateLimited)));
  EXPECT_THAT(scan.read("error: {\"message\":\"broken\"}\n\n").failure,
              HasSubstr(name_of(FailureClass::ServerError)));
  EXPECT_THAT(scan.read(R"({"error":{"message":"no such model"}})", 1000, 404).failure,
              HasSubstr("no such model"));
}

TEST(StreamScan, NothingIsTakenAfterAFailureOrTheEnd) {
  Scan scan;
  const std::string more = delta(R"("content":"more")");
  EXPECT_THAT(scan.read(event("{") + more).events, ElementsAre("failed"));
  const Outcome outcome = scan.read(event("[DONE]") + more);
  EXPECT_THAT(outcome.events, ElementsAre("done"));
  EXPECT_EQ(outcome.failure, "");
}

TEST(StreamScan, TheLastBlankLineMayBeMissing) {
  Scan scan;
  const Outcome outcome = scan.read(delta(R"("content":"a")") + "data: [DONE]");
  EXPECT_THAT(outcome.events, ElementsAre("content:a", "done"));
  EXPECT_EQ(outcome.failure, "");
}

TEST(StreamScan, ABrokenConnectionFailsAStreamUnlessItWasWhole) {
  Scan scan;
  Notes notes;
  const ChatFailure cut{FailureClass::CutStream, 200, "the connection broke", ""};
  scan.scan.take(200, delta(R"("content":"a")"), notes);
  EXPECT_EQ(scan.scan.finish_broken(cut).failure->message, "the connection broke");
  scan.scan.reset();
  scan.scan.take(200, event("[DONE]"), notes);
  EXPECT_EQ(scan.scan.finish_broken(cut).failure, nullptr);
}

/// A gigabyte of one line, of one event in lines, and of one JSON value.
TEST(StreamScan, EndlessInputFailsAtItsLimit) {
  const std::string filler(65536, 'a');
  const std::string lines = [] {
    std::string text;
    while (text.size() < 65536) text += "data: aaaaaaaaaaaaaaaaaaaaaaaa\n";
    return text;
  }();
  struct Row {
    std::string beginning;
    std::string more;
  };
  for (const Row& row : {Row{"data: ", filler}, Row{"", lines}, Row{"{\"a\":\"", filler}}) {
    Scan scan(StreamScanLimits{std::size_t{1} << 20U, std::size_t{1} << 20U});
    Notes notes;
    std::size_t taken = 0;
    bool goes_on = scan.scan.take(200, row.beginning + "x", notes);
    for (; goes_on && taken < (std::size_t{1} << 30U); taken += row.more.size()) {
      goes_on = scan.scan.take(200, row.more, notes);
    }
    EXPECT_LE(taken, std::size_t{2} << 20U);
    const StreamEnd end = scan.scan.finish(200, notes);
    ASSERT_NE(end.failure, nullptr);
    EXPECT_EQ(end.failure->failure, FailureClass::Malformed);
    EXPECT_THAT(end.failure->message, HasSubstr("at most"));
    EXPECT_THAT(notes.events, IsEmpty());
  }
}

/// Deeper than simdjson is asked to go, deeper than any JSON is taken.
TEST(StreamScan, DeepNestingIsJudgedAsEverywhere) {
  Scan scan;
  const auto nested = [](std::size_t depth) {
    return event(R"({"choices":[{"delta":{"content":"x"}}],"a":)" + std::string(depth, '[') +
                 std::string(depth, ']') + "}");
  };
  EXPECT_THAT(scan.read(nested(150)).events, ElementsAre("content:x"));
  EXPECT_THAT(scan.read(nested(5000)).events, ElementsAre("failed"));
}

}  // namespace
}  // namespace assay::endpoint

#include "endpoint/chat_stream.h"

#include <gmock/gmock.h>

namespace assay::endpoint {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Plays event bodies at 1 ms, 2 ms, … and gives what they came to.
ChatReply reply_of(const std::vector<std::string>& bodies) {
  ChatStream stream;
  double arrived_ms = 0;
  for (const std::string& body : bodies) {
    arrived_ms += 1;
    stream.take_event({"message", body, ""}, 200, arrived_ms);
  }
  return stream.take_reply();
}

std::string delta(const std::string& members) {
  return R"({"model":"m","choices":[{"index":0,"delta":{)" + members +
         R"(},"finish_reason":null}]})";
}
std::string finish(const std::string& reason) {
  return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})";
}
std::string calls(const std::string& pieces) { return delta(R"("tool_calls":[)" + pieces + "]"); }

/// "ID NAME(ARGUMENTS)" for each call.
std::vector<std::string> calls_in(const ChatReply& reply) {
  std::vector<std::string> shown;
  for (const ToolCall& call : reply.tool_calls) {
    shown.push_back(call.id + " " + call.name + "(" + call.arguments + ")");
  }
  return shown;
}

TEST(ChatStream, JoinsTextAndTimesTheTokens) {
  const ChatReply reply = reply_of(
      {delta(R"("role":"assistant","content":null)"), delta(R"("role":"assistant","content":"")"),
       delta(R"("content":"Hel")"), delta(R"("content":"lo")"), finish("stop"), "[DONE]"});
  EXPECT_FALSE(reply.failure);
  EXPECT_EQ(reply.text, "Hello");
  EXPECT_EQ(reply.model, "m");
  EXPECT_EQ(reply.finish_reason, "stop");
  EXPECT_THAT(reply.times.token_ms, ElementsAre(3.0, 4.0)) << "an empty role delta is no token";
  EXPECT_THAT(reply.times.ttft_ms, DoubleEq(3.0));
}

TEST(ChatStream, KeepsTheProbabilitiesOfTheFirstTokens) {
  const auto token = [](const std::string& members) {
    return R"({"choices":[{"index":0,"delta":{"content":"x"},"logprobs":{"content":[{"token":"x",)" +
           members + "}]}}]}";
  };
  const ChatReply reply =
      reply_of({token(R"("top_probs":[{"token":"x","prob":0.75},{"token":"y","prob":0.25}])"),
                token(R"("top_logprobs":[{"token":"x","logprob":-0.5},{"token":7}])"),
                token(R"("top_logprobs":"none")"), finish("stop")});
  EXPECT_EQ(reply.probabilities, base::Json::parse(R"([[["x",0.75],["y",0.25]],[["x",-0.5]]])"));
  std::vector<std::string> many(20, token(R"("top_probs":[])"));
  EXPECT_LE(reply_of(many).probabilities.size(), 8U);
}

TEST(ChatStream, ReasoningCountsAsTokensAndStaysApart) {
  const ChatReply reply =
      reply_of({delta(R"("reasoning_content":"hm")"), delta(R"("reasoning":" so")"),
                delta(R"("reasoning_content":" x","reasoning":" x")"), delta(R"("content":"4")")});
  EXPECT_EQ(reply.reasoning, "hm so x");
  EXPECT_EQ(reply.text, "4");
  EXPECT_EQ(reply.times.token_ms.size(), 4U);
  EXPECT_THAT(reply.times.ttft_ms, DoubleEq(1.0));
}

TEST(ChatStream, WithoutTokensThereIsNoFirstOne) {
  const ChatReply reply = reply_of({delta(R"("role":"assistant")"), finish("stop")});
  EXPECT_LT(reply.times.ttft_ms, 0);
  EXPECT_THAT(reply.times.token_ms, IsEmpty());
}

TEST(ChatStream, AssemblesToolCallsSplitAnywhere) {
  const ChatReply reply = reply_of(
      {calls(R"({"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}})"),
       calls(R"({"index":0,"function":{"arguments":"{\"x"}})"),
       calls(R"({"index":1,"id":"b","function":{"name":"g","arguments":"{}"}},)"
             R"({"index":0,"function":{"arguments":"\":1}"}})"),
       finish("tool_calls")});
  EXPECT_THAT(calls_in(reply), ElementsAre("a f({\"x\":1})", "b g({})"));
  EXPECT_EQ(reply.times.token_ms.size(), 3U);
}

TEST(ChatStream, TellsCallsApartWhereIndexOrIdIsMissing) {
  EXPECT_THAT(calls_in(reply_of({calls(R"({"id":"a","function":{"name":"f","arguments":"1"}})"),
                                 calls(R"({"id":"b","function":{"name":"g","arguments":"2"}})"),
                                 calls(R"({"id":"a","function":{"arguments":"3"}})")})),
              ElementsAre("a f(13)", "b g(2)"))
      << "by id";
  EXPECT_THAT(calls_in(reply_of({calls(R"({"function":{"name":"f","arguments":"1"}})"),
                                 calls(R"({"function":{"arguments":"2"}})"),
                                 calls(R"({"function":{"name":"g","arguments":"3"}})")})),
              ElementsAre(" f(12)", " g(3)"))
      << "by name";
  EXPECT_THAT(calls_in(reply_of(
                  {calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})"),
                   calls(R"({"index":0,"id":"b","function":{"name":"f","arguments":"2"}})")})),
              ElementsAre("a f(1)", "b f(2)"))
      << "whole calls that all say index 0";
  EXPECT_THAT(
      calls_in(reply_of({calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})"),
                         calls(R"({"index":0,"id":"z","function":{"arguments":"2"}})"),
                         calls(R"({"index":0,"function":{"name":"f","arguments":"3"}})")})),
      ElementsAre("a f(123)"))
      << "a new id or the same name again in every piece";
}

TEST(ChatStream, TakesArgumentsGivenAsAnObject) {
  EXPECT_THAT(
      calls_in(reply_of({calls(R"({"index":-7,"function":{"name":"f","arguments":{"x":[1]}}})")})),
      ElementsAre(" f({\"x\":[1]})"));
}

TEST(ChatStream, ReadsUsageWhereverItStands) {
  const std::string usage = R"("usage":{"prompt_tokens":9,"completion_tokens":5,)"
                            R"("completion_tokens_details":{"reasoning_tokens":2},)"
                            R"("prompt_tokens_details":{"cached_tokens":4}})";
  for (const std::string& last :
       {R"({"choices":[],)" + usage + "}",
        R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],)" + usage + "}",
        R"({"choices":[{"index":0,"delta":{},)" + usage + "}]}"}) {
    const Usage seen = reply_of({delta(R"("content":"x")"), last}).usage;
    EXPECT_EQ(seen.prompt_tokens, 9);
    EXPECT_EQ(seen.completion_tokens, 5);
    EXPECT_EQ(seen.reasoning_tokens, 2);
    EXPECT_EQ(seen.cached_tokens, 4);
  }
  const Usage absent =
      reply_of({R"({"choices":[],"usage":null})", R"({"choices":[],"usage":{"prompt_tokens":-3}})"})
          .usage;
  EXPECT_EQ(absent.prompt_tokens, -1);
  EXPECT_EQ(absent.completion_tokens, -1);
}

TEST(ChatStream, ReadsLlamaServersTimings) {
  const ServerTimings timings =
      reply_of({R"({"choices":[],"timings":{"prompt_n":11,"prompt_ms":2.5,"predicted_n":7,)"
                R"("predicted_ms":30.25,"predicted_per_second":231.4}})"})
          .server;
  EXPECT_EQ(timings.prompt_tokens, 11);
  EXPECT_EQ(timings.predicted_tokens, 7);
  EXPECT_THAT(timings.prompt_ms, DoubleEq(2.5));
  EXPECT_THAT(timings.predicted_ms, DoubleEq(30.25));
}

TEST(ChatStream, ErrorsInsideTheStreamEndIt) {
  const ChatReply server =
      reply_of({delta(R"("content":"par")"),
                R"({"error":{"code":500,"message":"CUDA error","type":"server_error"}})",
                delta(R"("content":"tial")")});
  ASSERT_TRUE(server.failure);
  EXPECT_EQ(server.failure->failure, FailureClass::ServerError);
  EXPECT_EQ(server.failure->http_status, 200);
  EXPECT_THAT(server.failure->message, HasSubstr("CUDA error"));
  EXPECT_EQ(server.text, "par") << "what came before is kept, what comes after is not";

  ChatStream typed;
  typed.take_event({"error", "out of slots", ""}, 200, 1);
  EXPECT_THAT(typed.take_reply().failure->message, HasSubstr("out of slots"));
}

TEST(ChatStream, BrokenEventsSayWhichOneAndWhatCame) {
  const ChatReply broken = reply_of({delta(R"("content":"a")"), "{\"choices\":[{\"del"});
  ASSERT_TRUE(broken.failure);
  EXPECT_EQ(broken.failure->failure, FailureClass::Malformed);
  EXPECT_THAT(broken.failure->message, HasSubstr("event 2"));
  EXPECT_EQ(broken.failure->body, "{\"choices\":[{\"del");
  EXPECT_EQ(reply_of({"[1]"}).failure->failure, FailureClass::Malformed);
}

TEST(ChatStream, ToleratesEventsThatAreNoChunks) {
  const ChatReply reply = reply_of({R"({"type":"ping"})", "", R"({"choices":null})",
                                    R"({"choices":[{"index":1,"delta":{"content":"no"}}]})",
                                    R"({"choices":[3,{"delta":{"content":["x",{"text":"y"}]}}]})",
                                    R"({"error":null,"choices":[{"delta":null}]})"});
  EXPECT_FALSE(reply.failure);
  EXPECT_EQ(reply.text, "y");
}

TEST(ChatStream, TakesWholeReplies) {
  ChatStream stream;
  stream.take_whole(
      R"({"model":"w","choices":[{"index":0,"finish_reason":"length","message":{"role":"assistant",)"
      R"("content":"hi","reasoning_content":"r","tool_calls":[{"id":"a","function":{"name":"f",)"
      R"("arguments":"{}"}}]}}],"usage":{"completion_tokens":1}})",
      200);
  EXPECT_TRUE(stream.is_complete());
  const ChatReply reply = stream.take_reply();
  EXPECT_EQ(reply.text, "hi");
  EXPECT_EQ(reply.reasoning, "r");
  EXPECT_EQ(reply.finish_reason, "length");
  EXPECT_EQ(reply.usage.completion_tokens, 1);
  EXPECT_THAT(calls_in(reply), ElementsAre("a f({})"));
  EXPECT_THAT(reply.times.token_ms, IsEmpty()) << "one value has no token times";

  for (const std::string_view body :
       {"{}", "[]", "{\"choices\":[]}", "{\"choices\":[{\"ind", "7"}) {
    ChatStream other;
    other.take_whole(body, 200);
    EXPECT_EQ(other.take_reply().failure->failure, FailureClass::Malformed) << body;
  }
  ChatStream error;
  error.take_whole(R"({"object":"error","message":"no","code":400})", 200);
  EXPECT_EQ(error.take_reply().failure->failure, FailureClass::Rejected);
}

}  // namespace
}  // namespace assay::endpoint

#include "endpoint/reply_reader.h"

#include <gmock/gmock.h>

namespace assay::endpoint {
namespace {

using net::TransportFailure;
using std::chrono::milliseconds;
using testing::DoubleEq;
using testing::HasSubstr;

constexpr std::string_view kChunk = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
constexpr std::string_view kFinish =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
constexpr std::string_view kDone = "data: [DONE]\n\n";
constexpr std::string_view kWhole =
    "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}";

ChatReply read(const std::vector<std::string_view>& pieces,
               TransportFailure failure = TransportFailure::None, int status = 200) {
  const base::MonotonicTime started{std::chrono::hours(1)};
  ReplyReader reader(started);
  base::MonotonicTime now = started;
  bool wanted = true;
  for (const std::string_view piece : pieces) {
    now += milliseconds(1);
    if (wanted) wanted = reader.take(status, piece, now);
  }
  net::HttpReply ended;
  ended.failure = wanted ? failure : TransportFailure::Interrupted;
  ended.failure_message = failure == TransportFailure::None ? "" : "as the test says";
  ended.status = status;
  return reader.finish(ended);
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

FailureClass class_of(const ChatReply& reply) {
  EXPECT_TRUE(reply.failure.has_value());
  return reply.failure ? reply.failure->failure : FailureClass::Interrupted;
}

TEST(ReplyReader, EverySplitOfAStreamGivesTheSameReply) {
  const std::string stream = joined({"\xEF\xBB\xBF\n: hello\n\n", kChunk, kFinish, kDone});
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    const ChatReply reply =
        read({std::string_view(stream).substr(0, split), std::string_view(stream).substr(split)});
    ASSERT_FALSE(reply.failure) << split << reply.failure->message;
    EXPECT_EQ(reply.text, "hi");
    EXPECT_EQ(reply.times.token_ms.size(), 1U);
  }
}

TEST(ReplyReader, StampsTokensWithTheirPiecesArrival) {
  const ChatReply reply = read({kChunk, kChunk, kFinish, kDone});
  EXPECT_THAT(reply.times.token_ms, testing::ElementsAre(DoubleEq(1.0), DoubleEq(2.0)));
  EXPECT_THAT(reply.times.ttft_ms, DoubleEq(1.0));
  EXPECT_THAT(reply.times.total_ms, DoubleEq(4.0));
}

TEST(ReplyReader, TakesJsonWhateverWasAsked) {
  for (std::size_t split = 0; split <= kWhole.size(); ++split) {
    const ChatReply reply = read({kWhole.substr(0, split), kWhole.substr(split)});
    ASSERT_FALSE(reply.failure) << split;
    EXPECT_EQ(reply.text, "hi");
  }
  EXPECT_EQ(read({"  \n", "\xEF\xBB", "\xBF", kWhole}).text, "hi");
  const std::string large =
      "{\"choices\":[{\"message\":{\"content\":\"" + std::string(300'000, 'x') + "\"}}]}";
  EXPECT_EQ(read({large}).text.size(), 300'000U);
}

TEST(ReplyReader, DoneOrFinishReasonIsEnough) {
  EXPECT_FALSE(read({kChunk, kFinish}).failure) << "[DONE] left out";
  EXPECT_FALSE(read({kChunk, kDone}).failure) << "finish_reason left out";
  EXPECT_FALSE(read({kChunk, kFinish}, TransportFailure::Cut).failure);
  EXPECT_FALSE(read({kChunk, kFinish, kDone}, TransportFailure::Deadline).failure);
  EXPECT_EQ(class_of(read({kChunk, kFinish}, TransportFailure::Interrupted)),
            FailureClass::Interrupted);
}

TEST(ReplyReader, ALastEventWithoutItsBlankLineCounts) {
  const std::string_view finish = kFinish;
  EXPECT_FALSE(read({kChunk, finish.substr(0, finish.size() - 1)}).failure);
  EXPECT_FALSE(read({kChunk, finish.substr(0, finish.size() - 2)}).failure);
  EXPECT_EQ(class_of(read({kChunk, finish.substr(0, finish.size() - 5)})), FailureClass::CutStream);
}

TEST(ReplyReader, AnEndBeforeTheAnswersEndIsACut) {
  EXPECT_EQ(class_of(read({kChunk})), FailureClass::CutStream);
  EXPECT_EQ(class_of(read({kChunk}, TransportFailure::Cut)), FailureClass::CutStream);
  EXPECT_EQ(class_of(read({kChunk}, TransportFailure::Deadline)), FailureClass::Deadline);
  EXPECT_EQ(class_of(read({kWhole.substr(0, 20)}, TransportFailure::Cut)), FailureClass::CutStream);
  EXPECT_EQ(class_of(read({kWhole.substr(0, 20)})), FailureClass::Malformed);
  EXPECT_EQ(read({kChunk}).text, "hi") << "what came is kept";
}

TEST(ReplyReader, SaysWhatIsNoChatCompletion) {
  const ChatReply page = read({"<!doctype html><title>Login</title>"});
  EXPECT_EQ(class_of(page), FailureClass::Malformed);
  EXPECT_THAT(page.failure->message, HasSubstr("<!doctype html>"));
  EXPECT_THAT(read({}).failure->message, HasSubstr("an empty body"));
  EXPECT_EQ(class_of(read({"OK"})), FailureClass::Malformed);
  EXPECT_EQ(class_of(read({"data: {broken\n\n"})), FailureClass::Malformed);
}

TEST(ReplyReader, OldServersErrorLinesAreErrors) {
  const ChatReply reply = read({kChunk, "error: {\"code\":500,\"message\":\"slot died\"}\n\n"});
  EXPECT_EQ(class_of(reply), FailureClass::ServerError);
  EXPECT_THAT(reply.failure->message, HasSubstr("slot died"));
}

TEST(ReplyReader, ErrorRepliesKeepTheirStatusEvenWhenCut) {
  const ChatReply reply =
      read({"{\"error\":{\"message\":\"slow", " down\"}}"}, TransportFailure::None, 429);
  EXPECT_EQ(class_of(reply), FailureClass::RateLimited);
  EXPECT_THAT(reply.failure->message, HasSubstr("slow down"));
  EXPECT_EQ(class_of(read({"{\"err"}, TransportFailure::Cut, 503)), FailureClass::ServerError);
  const std::string flood(1'000'000, 'x');
  EXPECT_LE(read({flood}, TransportFailure::None, 500).failure->body.size(), 2000U);
}

TEST(ReplyReader, TransportFailuresHaveTheirClass) {
  using Row = std::pair<TransportFailure, FailureClass>;
  for (const auto& [failure, expected] :
       {Row{TransportFailure::Resolve, FailureClass::Unreachable},
        Row{TransportFailure::Connect, FailureClass::Unreachable},
        Row{TransportFailure::Deadline, FailureClass::Deadline},
        Row{TransportFailure::Cut, FailureClass::CutStream},
        Row{TransportFailure::Malformed, FailureClass::Malformed},
        Row{TransportFailure::TooLarge, FailureClass::Malformed},
        Row{TransportFailure::Interrupted, FailureClass::Interrupted}}) {
    const ChatReply reply = read({}, failure, 0);
    EXPECT_EQ(class_of(reply), expected);
    EXPECT_EQ(reply.failure->http_status, 0);
    EXPECT_LT(reply.times.total_ms, 0);
  }
}

TEST(ReplyReader, AnEventWithoutEndIsGivenUp) {
  ReplyReader reader{base::MonotonicTime()};
  const std::string megabyte(std::size_t{1} << 20U, 'x');
  bool wanted = reader.take(200, "data: ", base::MonotonicTime());
  int taken = 0;
  while (wanted && taken < 64) {
    wanted = reader.take(200, megabyte, base::MonotonicTime());
    ++taken;
  }
  EXPECT_LT(taken, 20);
}

}  // namespace
}  // namespace assay::endpoint

#include "net/flow_reply.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

namespace assay::net {
namespace {

using testing::HasSubstr;
using State = FlowReply::State;

/// Feeds replies as a connection does: the rest of the last read stands before the next bytes.
class Feeder final : public FlowBodySink {
 public:
  explicit Feeder(std::uint64_t body_bytes_max = 1U << 20U) { reply.begin(*this, body_bytes_max); }

  State feed(std::string_view bytes, std::size_t piece_bytes = std::string_view::npos) {
    State state = State::NeedMore;
    while (!bytes.empty() && state == State::NeedMore) {
      const std::string_view piece = bytes.substr(0, piece_bytes);
      std::string room(reply.rest_bytes(), '?');
      room += piece;
      rest_bytes_max = std::max(rest_bytes_max, reply.rest_bytes());
      state = reply.take(room.data(), room.size());
      bytes.remove_prefix(piece.size());
    }
    return state;
  }

  bool on_piece(int status, std::string_view piece) override {
    EXPECT_EQ(status, reply.status());
    body += piece;
    return body.size() < stop_at_bytes;
  }

  FlowReply reply;
  std::string body;
  std::size_t stop_at_bytes = std::string::npos;
  std::size_t rest_bytes_max = 0;
};

constexpr std::string_view kLength = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nhel\r\n2;a=\"b\"\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";

TEST(FlowReply, ReadsABodyOfKnownLengthSplitAnywhere) {
  for (std::size_t piece = 1; piece <= kLength.size(); ++piece) {
    Feeder feeder;
    EXPECT_EQ(feeder.feed(kLength, piece), State::Done) << piece;
    EXPECT_EQ(feeder.body, "hello");
    EXPECT_EQ(feeder.reply.body_bytes(), 5U);
    EXPECT_TRUE(feeder.reply.keep_alive());
  }
}

TEST(FlowReply, ReadsChunksSplitAnywhere) {
  for (std::size_t piece = 1; piece <= kChunked.size(); ++piece) {
    Feeder feeder;
    EXPECT_EQ(feeder.feed(kChunked, piece), State::Done) << piece;
    EXPECT_EQ(feeder.body, "hello");
    EXPECT_TRUE(feeder.reply.keep_alive());
  }
}

TEST(FlowReply, ABodyWithoutLengthEndsWithTheConnection) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed("HTTP/1.1 200 OK\r\n\r\nhello"), State::NeedMore);
  EXPECT_EQ(feeder.reply.end_of_stream(), State::Done);
  EXPECT_EQ(feeder.body, "hello");
  EXPECT_FALSE(feeder.reply.keep_alive());
}

TEST(FlowReply, PassesOverInterimReplies) {
  Feeder feeder;
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  EXPECT_EQ(feeder.feed(interim + std::string(kLength), 7), State::Done);
  EXPECT_EQ(feeder.reply.status(), 200);
  EXPECT_EQ(feeder.body, "hello");
}

TEST(FlowReply, RepliesWithoutABodyAreDoneAtOnce) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed("HTTP/1.1 204 No Content\r\n\r\n"), State::Done);
  EXPECT_EQ(feeder.reply.status(), 204);
}

TEST(FlowReply, ServesOneReplyAfterTheOther) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed("HTTP/1.1 429 Slow Down\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"),
            State::Done);
  EXPECT_EQ(feeder.reply.status(), 429);
  EXPECT_EQ(feeder.reply.retry_after_s(), 17);
  feeder.reply.begin(feeder, 1024);
  EXPECT_FALSE(feeder.reply.got_bytes());
  EXPECT_EQ(feeder.feed(kLength), State::Done);
  EXPECT_EQ(feeder.reply.status(), 200);
  EXPECT_EQ(feeder.reply.retry_after_s(), -1);
}

TEST(FlowReply, BytesBehindTheReplyForbidAnotherExchange) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed(std::string(kLength) + "HTTP/1.1 200"), State::Done);
  EXPECT_FALSE(feeder.reply.keep_alive());
}

TEST(FlowReply, AConnectionThatEndsTooEarlyIsCut) {
  for (const std::string_view part :
       {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"}) {
    Feeder feeder;
    EXPECT_EQ(feeder.feed(part), State::NeedMore) << part;
    EXPECT_EQ(feeder.reply.end_of_stream(), State::Failed) << part;
    EXPECT_EQ(feeder.reply.failure(), FlowFailure::Cut);
  }
}

TEST(FlowReply, SaysWhatItFoundInsteadOfHttp) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed("220 mail.example ESMTP\r\n"), State::Failed);
  EXPECT_EQ(feeder.reply.failure(), FlowFailure::Malformed);
  EXPECT_THAT(feeder.reply.message(), HasSubstr("220 mail.example"));
}

TEST(FlowReply, ContradictoryLengthsAreMalformed) {
  Feeder feeder;
  EXPECT_EQ(feeder.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
            State::Failed);
  EXPECT_EQ(feeder.reply.failure(), FlowFailure::Malformed);
}

/// Sends `piece` again and again behind `beginning`, a gigabyte at most, until the reply fails.
State flood(Feeder& feeder, std::string_view beginning, const std::string& piece) {
  State state = feeder.feed(beginning);
  for (std::size_t sent = 0; state == State::NeedMore && sent < (1U << 30U); sent += piece.size()) {
    state = feeder.feed(piece);
  }
  return state;
}

TEST(FlowReply, EndlessHeadsAndLinesFailWithLittleMemory) {
  const std::string filler(16384, 'a');
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& beginning :
       {std::string("HTTP/1.1 200 "), std::string("HTTP/1.1 200 OK\r\nX: "),
        chunked + "5;x=", chunked + "0\r\nX: "}) {
    Feeder feeder;
    EXPECT_EQ(flood(feeder, beginning, filler), State::Failed) << beginning;
    EXPECT_EQ(feeder.reply.failure(), FlowFailure::Malformed) << beginning;
    EXPECT_LE(feeder.rest_bytes_max, FlowReply::kRestBytesMax) << beginning;
  }
}

TEST(FlowReply, TooLargeABodyFails) {
  Feeder announced(4);
  EXPECT_EQ(announced.feed(kLength), State::Failed);
  EXPECT_EQ(announced.reply.failure(), FlowFailure::TooLarge);
  Feeder endless(1U << 20U);
  EXPECT_EQ(flood(endless, "HTTP/1.1 200 OK\r\n\r\n", std::string(16384, 'a')), State::Failed);
  EXPECT_EQ(endless.reply.failure(), FlowFailure::TooLarge);
}

TEST(FlowReply, TheSinkMayGiveTheReplyUp) {
  Feeder feeder;
  feeder.stop_at_bytes = 3;
  EXPECT_EQ(feeder.feed(kChunked, 1), State::Failed);
  EXPECT_EQ(feeder.reply.failure(), FlowFailure::GivenUp);
  EXPECT_EQ(feeder.body, "hel");
}

}  // namespace
}  // namespace assay::net

#include "net/reply_parser.h"

#include <gmock/gmock.h>

#include <cstring>

namespace assay::net {
namespace {

using State = ReplyParser::State;
using testing::HasSubstr;

struct Parsed {
  State state = State::NeedMore;
  HttpReply reply;
  TransportFailure failure = TransportFailure::None;
  std::string message;
  bool keep_alive = false;
};

struct Settings {
  bool head_request = false;
  bool peer_closes = false;
  std::uint64_t body_bytes_max = 1024;
  OnBody on_body = {};
};

State feed(ReplyParser& parser, std::string_view bytes) {
  State state = State::NeedMore;
  while (!bytes.empty() && state == State::NeedMore) {
    const auto room = parser.prepare();
    const std::size_t count = std::min(bytes.size(), room.size());
    std::memcpy(room.data(), bytes.data(), count);
    state = parser.commit(count, base::MonotonicTime());
    bytes.remove_prefix(count);
  }
  return state;
}

Parsed parse(const std::vector<std::string_view>& pieces, const Settings& settings = {}) {
  Parsed parsed;
  ReplyParser parser(parsed.reply, settings.on_body, settings.body_bytes_max,
                     settings.head_request);
  for (const std::string_view piece : pieces) {
    if (parsed.state == State::NeedMore) parsed.state = feed(parser, piece);
  }
  if (parsed.state == State::NeedMore && settings.peer_closes) {
    parsed.state = parser.end_of_stream(base::MonotonicTime());
  }
  parsed.failure = parser.failure();
  parsed.message = parser.failure_message();
  if (parsed.state == State::Done) parsed.keep_alive = parser.keep_alive();
  return parsed;
}

TEST(ReplyParser, EverySplitOfAChunkedReplyGivesTheSameBody) {
  constexpr std::string_view kBytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
      "5;name=value\r\nhello\r\n7\r\n, world\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t split = 0; split <= kBytes.size(); ++split) {
    const Parsed parsed = parse({kBytes.substr(0, split), kBytes.substr(split)});
    ASSERT_EQ(parsed.state, State::Done) << split << parsed.message;
    EXPECT_EQ(parsed.reply.status, 200);
    EXPECT_EQ(parsed.reply.body, "hello, world");
    EXPECT_EQ(header_value(parsed.reply.headers, "x-a"), "b");
    EXPECT_TRUE(parsed.keep_alive);
  }
}

TEST(ReplyParser, ByteByByte) {
  constexpr std::string_view kBytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n";
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < kBytes.size(); ++i) pieces.push_back(kBytes.substr(i, 1));
  const Parsed parsed = parse(pieces);
  EXPECT_EQ(parsed.state, State::Done);
  EXPECT_EQ(parsed.reply.status, 404);
  EXPECT_EQ(parsed.reply.body, "no\n");
}

TEST(ReplyParser, PassesOverInterimReplies) {
  const Parsed parsed =
      parse({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"});
  ASSERT_EQ(parsed.state, State::Done);
  EXPECT_EQ(parsed.reply.status, 200);
  EXPECT_EQ(parsed.reply.body, "ok");
  EXPECT_EQ(parsed.reply.headers.size(), 1U) << "the interim reply's headers are not the reply's";
}

TEST(ReplyParser, ABodyWithoutLengthEndsWithTheConnection) {
  const Parsed parsed = parse({"HTTP/1.1 200 OK\r\n\r\nall of it"}, {.peer_closes = true});
  ASSERT_EQ(parsed.state, State::Done);
  EXPECT_EQ(parsed.reply.body, "all of it");
  EXPECT_FALSE(parsed.keep_alive);
}

TEST(ReplyParser, ACutReplyIsCutWhereverItBreaks) {
  constexpr std::string_view kBytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour";
  for (std::size_t length = 1; length < kBytes.size(); ++length) {
    const Parsed parsed = parse({kBytes.substr(0, length)}, {.peer_closes = true});
    EXPECT_EQ(parsed.state, State::Failed) << length;
    EXPECT_EQ(parsed.failure, TransportFailure::Cut) << length;
  }
}

TEST(ReplyParser, SaysWhatIsNotHttp) {
  const Parsed parsed = parse({"SSH-2.0-OpenSSH_9.2\r\n\r\n"});
  EXPECT_EQ(parsed.failure, TransportFailure::Malformed);
  EXPECT_THAT(parsed.message, HasSubstr("SSH-2.0-OpenSSH_9.2"));

  EXPECT_EQ(parse({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}).failure,
            TransportFailure::Malformed);
  EXPECT_EQ(parse({"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}).failure,
            TransportFailure::Malformed);
}

TEST(ReplyParser, BoundsHeadersAndBodies) {
  const std::string many(std::size_t{70} << 10U, 'h');
  EXPECT_EQ(parse({"HTTP/1.1 200 OK\r\nX: ", many}).failure, TransportFailure::Malformed);
  EXPECT_EQ(parse({"HTTP/1.1 200 OK\r\nContent-Length: 1025\r\n\r\n"}).failure,
            TransportFailure::TooLarge);
  const std::string body(600, 'b');
  EXPECT_EQ(parse({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n258\r\n", body,
                   "\r\n258\r\n", body})
                .failure,
            TransportFailure::TooLarge);
}

TEST(ReplyParser, AReplyToHeadHasNoBody) {
  const Parsed parsed =
      parse({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"}, {.head_request = true});
  EXPECT_EQ(parsed.state, State::Done);
}

TEST(ReplyParser, SurplusBytesAndConnectionCloseForbidReuse) {
  EXPECT_FALSE(parse({"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxSURPLUS"}).keep_alive);
  EXPECT_FALSE(
      parse({"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"}).keep_alive);
  EXPECT_FALSE(parse({"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"}).keep_alive);
}

TEST(ReplyParser, HandsPiecesOnAndStopsWhenAsked) {
  std::vector<std::string> pieces;
  Settings settings;
  settings.on_body = [&](int status, std::string_view piece, base::MonotonicTime) {
    EXPECT_EQ(status, 200);
    pieces.emplace_back(piece);
    return pieces.size() < 2;
  };
  const Parsed parsed =
      parse({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n"},
            settings);
  EXPECT_THAT(pieces, testing::ElementsAre("a", "b"));
  EXPECT_EQ(parsed.failure, TransportFailure::Interrupted);
  EXPECT_TRUE(parsed.reply.body.empty());
}

}  // namespace
}  // namespace assay::net

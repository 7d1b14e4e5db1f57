#include "net/sse.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Seen {
  std::string type;
  std::string data;
  std::string last_id;
  bool operator==(const Seen&) const = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << "{" << seen.type << ", " << testing::PrintToString(seen.data) << ", " << seen.last_id
       << "}";
}

std::vector<Seen> feed_in_pieces(SseParser& parser, const std::vector<std::string_view>& pieces) {
  std::vector<Seen> seen;
  for (const std::string_view piece : pieces) {
    EXPECT_TRUE(parser.feed(piece, [&](const SseEvent& event) {
      seen.push_back({event.type, event.data, event.last_id});
    }));
  }
  return seen;
}

std::vector<Seen> events_of(std::string_view stream) {
  SseParser parser;
  return feed_in_pieces(parser, {stream});
}

TEST(SseParser, ReadsTheStandardsExamples) {
  EXPECT_THAT(events_of("data: YHOO\ndata: +2\ndata: 10\n\n"),
              ElementsAre(Seen{"message", "YHOO\n+2\n10", ""}));
  EXPECT_THAT(events_of(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                        "data:  third event\n\n"),
              ElementsAre(Seen{"message", "first event", "1"}, Seen{"message", "second event", ""},
                          Seen{"message", " third event", ""}));
  EXPECT_THAT(events_of("data\n\ndata\ndata\n\ndata:"),
              ElementsAre(Seen{"message", "", ""}, Seen{"message", "\n", ""}));
  EXPECT_THAT(events_of("data:test\n\ndata: test\n\n"),
              ElementsAre(Seen{"message", "test", ""}, Seen{"message", "test", ""}));
}

TEST(SseParser, EveryLineEndingAndEverySplitGiveTheSameEvents) {
  const std::vector<Seen> expected{{"message", "h\xC3\xA4\nb", "7"}, {"error", "x", "7"}};
  for (const std::string_view ending : {"\n", "\r", "\r\n"}) {
    std::string stream = "\xEF\xBB\xBF";
    for (const std::string_view line :
         {"data: h\xC3\xA4", "id: 7", "data: b", "", "event: error", "retry: 5", "data: x", ""}) {
      stream.append(line).append(ending);
    }
    for (std::size_t first = 0; first <= stream.size(); ++first) {
      for (std::size_t second = first; second <= stream.size(); ++second) {
        SseParser parser;
        const std::string_view view = stream;
        EXPECT_EQ(feed_in_pieces(parser, {view.substr(0, first), view.substr(first, second - first),
                                          view.substr(second)}),
                  expected)
            << first << " " << second;
        EXPECT_EQ(parser.pending_bytes(), 0U);
      }
    }
  }
}

TEST(SseParser, MixedLineEndingsAreNotBlankLines) {
  EXPECT_THAT(events_of("data: a\r\ndata: b\rdata: c\n\r\n"),
              ElementsAre(Seen{"message", "a\nb\nc", ""}));
}

TEST(SseParser, IgnoresUnknownFieldsTypesWithoutDataAndIdsWithNul) {
  EXPECT_THAT(events_of("error: x\n\nfoo: bar\nDATA: x\n data: x\n\n"), IsEmpty());
  EXPECT_THAT(events_of("event: gone\n\ndata: a\n\n"), ElementsAre(Seen{"message", "a", ""}));
  EXPECT_THAT(events_of(std::string_view("id: a\0b\ndata: c\n\n", 17)),
              ElementsAre(Seen{"message", "c", ""}));
}

TEST(SseParser, TakesTheNamedFieldAsTypedData) {
  SseParser parser(1024, "error");
  EXPECT_THAT(feed_in_pieces(parser, {"error: {\"code\":500}\n\n"}),
              ElementsAre(Seen{"error", "{\"code\":500}", ""}));
}

TEST(SseParser, TellsACutEventFromAnEndBetweenEvents) {
  SseParser parser;
  EXPECT_THAT(feed_in_pieces(parser, {"data: a\n\n: ping\n"}), testing::SizeIs(1));
  EXPECT_EQ(parser.pending_bytes(), 0U) << "a comment is no event";
  EXPECT_THAT(feed_in_pieces(parser, {"data: b\n"}), IsEmpty());
  EXPECT_GT(parser.pending_bytes(), 0U);
}

TEST(SseParser, StopsAtTheLimitAndStaysStopped) {
  const auto ignore = [](const SseEvent&) {};
  SseParser one_line(16);
  EXPECT_TRUE(one_line.feed("data: 0123456789", ignore));
  EXPECT_FALSE(one_line.feed("x", ignore));
  EXPECT_FALSE(one_line.feed("\n\ndata: a\n\n", ignore));

  SseParser many_lines(64);
  bool accepted = true;
  for (int i = 0; i < 64 && accepted; ++i) accepted = many_lines.feed("data: x\n", ignore);
  EXPECT_FALSE(accepted) << "an event of many short lines is bounded too";

  SseParser comments(64);
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(comments.feed(": keep-alive\n", ignore));
}

}  // namespace
}  // namespace assay::net

#include "net/range_reader.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "net/content_range.h"
#include "net/redirect.h"
#include "support/byte_server.h"

namespace assay::net {
namespace {

using test::ByteServer;
using test::ByteStep;
using test::close_now;
using test::read_request;
using test::send_bytes;
using test::send_reply;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr std::size_t kFirstPiece = std::size_t{256} << 10U;

/// Bytes that tell where they stand.
std::string file_of(std::size_t bytes) {
  std::string file(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) file[i] = static_cast<char>(i * 2654435761U >> 16U);
  return file;
}

ByteStep part(const std::string& file, std::size_t first, std::size_t count,
              const std::string& headers = "") {
  const std::string bytes = file.substr(first, count);
  return send_reply(bytes, "206 Partial Content",
                    fmt::format("Content-Range: bytes {}-{}/{}\r\n{}", first,
                                first + bytes.size() - 1, file.size(), headers));
}

ByteStep redirect_to(const std::string& location) {
  return send_reply("", "302 Found", fmt::format("Location: {}\r\n", location));
}

void expect_error(const base::Result<std::string>& read, const std::string& message) {
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().to_string(), HasSubstr(message));
}

void expect_not_opened(const ByteServer& server, const std::string& message) {
  const auto reader = RangeReader::open(server.url("/model.gguf"));
  ASSERT_FALSE(reader.has_value());
  EXPECT_THAT(reader.error().to_string(), HasSubstr(message));
}

TEST(RangeReader, ReadsAheadInGrowingPieces) {
  const std::string file = file_of(3'000'000);
  ByteServer server({{read_request(), part(file, 0, kFirstPiece), read_request(),
                      part(file, kFirstPiece, 2 * kFirstPiece), read_request(),
                      part(file, 3 * kFirstPiece, 4 * kFirstPiece)}});
  auto reader = RangeReader::open(server.url("/model.gguf?download=true"));
  ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
  EXPECT_EQ(reader->bytes(), file.size());
  std::string bytes;
  while (bytes.size() < 1'500'000) {
    const auto more = reader->read(bytes.size(), 100'000);
    ASSERT_TRUE(more.has_value()) << more.error().to_string();
    bytes += *more;
  }
  EXPECT_EQ(bytes, file.substr(0, 1'500'000));
  EXPECT_EQ(reader->requests(), 3U);
  EXPECT_EQ(server.connections(), 1) << "kept alive";
  ASSERT_THAT(server.requests(), SizeIs(3));
  EXPECT_THAT(server.requests()[0], AllOf(HasSubstr("GET /model.gguf?download=true HTTP/1.1"),
                                          HasSubstr("Range: bytes=0-262143\r\n")));
  EXPECT_THAT(server.requests()[1], HasSubstr("Range: bytes=262144-786431\r\n"));
}

TEST(RangeReader, ServerThatGivesLessAtOnceIsAskedAgain) {
  const std::string file = file_of(1000);
  ByteServer server({{read_request(), part(file, 0, 400), read_request(), part(file, 400, 600)}});
  auto reader = RangeReader::open(server.url("/f"));
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->read(10, 900).value(), file.substr(10, 900));
}

TEST(RangeReader, FollowsRedirectsAndKeepsSecretsToTheirOrigin) {
  const std::string file = file_of(100);
  ByteServer store({{read_request(), part(file, 0, 100)}});
  ByteServer server({{read_request(), redirect_to("/moved"), read_request(),
                      redirect_to(store.url("/signed?key=1#top"))}});
  RangeOptions options;
  options.authorization = "Bearer secret";
  auto reader = RangeReader::open(server.url("/model"), options);
  ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
  EXPECT_EQ(reader->read(0, 100).value(), file);
  ASSERT_THAT(server.requests(), SizeIs(2));
  EXPECT_THAT(server.requests()[1],
              AllOf(HasSubstr("GET /moved "), HasSubstr("Authorization: Bearer secret")));
  ASSERT_THAT(store.requests(), SizeIs(1));
  EXPECT_THAT(store.requests()[0],
              AllOf(HasSubstr("GET /signed?key=1 "), Not(HasSubstr("secret"))));
}

TEST(RangeReader, ExpiredAddressIsAskedForAgain) {
  const std::string file = file_of(600'000);
  ByteServer store(
      {{read_request(), part(file, 0, kFirstPiece), read_request(),
        send_reply("expired", "403 Forbidden"), read_request(), part(file, kFirstPiece, 400'000)}});
  ByteServer server({{read_request(), redirect_to(store.url("/a")), read_request(),
                      redirect_to(store.url("/b"))}});
  auto reader = RangeReader::open(server.url("/model"));
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->read(0, 500'000).value(), file.substr(0, 500'000));
}

TEST(RangeReader, RedirectsWithoutEndAreLeft) {
  ByteServer::Script script;
  for (int i = 0; i < 8; ++i) {
    script.push_back(read_request());
    script.push_back(redirect_to("/round"));
  }
  expect_not_opened(ByteServer({script}), "at most 5 redirects");
}

TEST(RangeReader, ServerWithoutRangesIsReadOnce) {
  const std::string file = file_of(900'000);
  ByteServer server({{read_request(), send_reply(file)}});
  auto reader = RangeReader::open(server.url("/f"));
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->bytes(), file.size());
  EXPECT_EQ(reader->read(500'000, 400'000).value(), file.substr(500'000));
  EXPECT_EQ(reader->requests(), 1U);
}

TEST(RangeReader, OfALargeFileWithoutRangesOnlyTheStartIsTaken) {
  const std::size_t taken = std::size_t{32} << 20U;
  ByteServer server(
      {{read_request(), send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n"),
        send_bytes(std::string(taken + 1000, 'x'))}});
  auto reader = RangeReader::open(server.url("/f"));
  ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
  EXPECT_EQ(reader->bytes(), 5'000'000'000U);
  EXPECT_TRUE(reader->read(taken - 10, 10).has_value());
  expect_error(reader->read(taken, 10), "ignores byte ranges");
}

TEST(RangeReader, AFileThatChangesIsNoticed) {
  const std::string file = file_of(600'000);
  const std::string longer = file_of(600'001);
  for (const auto& [second, message] :
       {std::pair{part(longer, kFirstPiece, 300'000, "ETag: \"1\"\r\n"), "found 600001 bytes"},
        std::pair{part(file, kFirstPiece, 300'000, "ETag: \"2\"\r\n"), "found ETag \"2\""}}) {
    ByteServer server(
        {{read_request(), part(file, 0, kFirstPiece, "ETag: \"1\"\r\n"), read_request(), second}});
    auto reader = RangeReader::open(server.url("/f"));
    ASSERT_TRUE(reader.has_value());
    expect_error(reader->read(0, 500'000), message);
  }
}

TEST(RangeReader, RepliesThatAreNotWhatWasAskedForAreRefused) {
  const std::string file = file_of(1000);
  expect_not_opened(ByteServer({{read_request(), part(file, 5, 100)}}),
                    "found Content-Range \"bytes 5-104/1000\"");
  expect_not_opened(ByteServer({{read_request(), send_reply(file, "206 Partial Content")}}),
                    "found Content-Range \"\"");
  expect_not_opened(
      ByteServer({{read_request(), send_reply(file.substr(0, 10), "206 Partial Content",
                                              "Content-Range: bytes 0-99/1000\r\n")}}),
      "expected 100 bytes as Content-Range says, found 10");
  expect_not_opened(ByteServer({{read_request(),
                                 send_bytes("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes "
                                            "0-99/1000\r\nContent-Length: 100\r\n\r\nshort"),
                                 close_now()}}),
                    "before the end of its reply");
  expect_not_opened(
      ByteServer({{read_request(), part(file, 0, 100, "Content-Encoding: gzip\r\n")}}),
      "in the coding gzip");
  expect_not_opened(ByteServer({{read_request(), send_reply("no", "404 Not Found")}}),
                    "found HTTP status 404");
  expect_not_opened(ByteServer({{read_request(), send_reply("no", "401 Unauthorized")}}), "token");
  expect_not_opened(ByteServer({{read_request(), redirect_to("")}}), "no Location");
}

TEST(RangeReader, AnEmptyFileHasNoBytes) {
  ByteServer server({{read_request(), send_reply("", "416 Range Not Satisfiable",
                                                 "Content-Range: bytes */0\r\n")}});
  const auto reader = RangeReader::open(server.url("/f"));
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->bytes(), 0U);
}

TEST(RangeReader, StopsWhenAskedTo) {
  ByteServer server({{read_request()}});
  base::Interrupt interrupt;
  interrupt.request(2);
  RangeOptions options;
  options.interrupt = &interrupt;
  const auto reader = RangeReader::open(server.url("/f"), options);
  ASSERT_FALSE(reader.has_value());
  EXPECT_EQ(reader.error().kind, base::ErrorKind::Interrupted);
}

TEST(ContentRange, OnlyASensibleOneIsTaken) {
  const auto range = parse_content_range("bytes 5-9/100");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->first, 5U);
  EXPECT_EQ(range->last, 9U);
  EXPECT_EQ(range->total, 100U);
  for (const std::string_view wrong :
       {"", "bytes */100", "bytes 5-9/*", "bytes 9-5/100", "bytes 5-100/100", "5-9/100",
        "bytes 5/9-100", "bytes -9/100", "bytes 5-9/99999999999999999999"}) {
    EXPECT_FALSE(parse_content_range(wrong).has_value()) << wrong;
  }
}

TEST(Redirect, LeadsWhereTheLocationSays) {
  const Url from = parse_url("https://a.example:8443/models/x.gguf?v=1").value();
  const auto to = [&from](std::string_view location) {
    return redirected(from, location).value().to_string();
  };
  EXPECT_EQ(to("https://b.example/y"), "https://b.example/y");
  EXPECT_EQ(to("//b.example/y"), "https://b.example/y");
  EXPECT_EQ(to("/y?z=1#part"), "https://a.example:8443/y?z=1");
  EXPECT_EQ(to("y.gguf"), "https://a.example:8443/models/y.gguf");
  EXPECT_THAT(redirected(from, "http://a.example/y").error().message, HasSubstr("stay on https"));
  EXPECT_FALSE(redirected(from, "ftp://a.example/y").has_value());
  EXPECT_FALSE(same_origin(from, parse_url("https://a.example/").value()));
}

}  // namespace
}  // namespace assay::net

#include "net/url.h"

#include <gmock/gmock.h>

namespace assay::net {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ParseUrl, TakesAddressesApart) {
  const Url plain = parse_url("http://127.0.0.1:8080/v1?key=a").value();
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, 8080);
  EXPECT_EQ(plain.target, "/v1?key=a");

  const Url secure = parse_url("HTTPS://API.Example.com").value();
  EXPECT_TRUE(secure.tls);
  EXPECT_EQ(secure.host, "api.example.com");
  EXPECT_EQ(secure.port, 443);
  EXPECT_EQ(secure.target, "/");

  const Url six = parse_url("http://[::1]:9/x").value();
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.authority(), "[::1]:9");
}

TEST(ParseUrl, GivesAQueryWithoutPathItsSlash) {
  EXPECT_EQ(parse_url("http://a?b=c").value().target, "/?b=c");
}

TEST(ParseUrl, RefusesWhatItCannotUse) {
  for (const std::string_view text :
       {"", "127.0.0.1:8080", "ftp://a/", "http://", "http:///v1", "http://:80/", "http://a:0/",
        "http://a:65536/", "http://a:8x/", "http://a:/", "http://a b/", "http://a/#top",
        "http://[::1/", "http://[a]/", "http://[::1]x/", "http://a:1:2/", "http://a\r\nx/",
        "http://ä/"}) {
    const auto parsed = parse_url(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().kind, base::ErrorKind::BadInput);
    EXPECT_FALSE(parsed.error().hint.empty());
  }
}

TEST(ParseUrl, NeverRepeatsAPassword) {
  const auto parsed = parse_url("http://me:secret@host/");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_THAT(parsed.error().to_string(), Not(HasSubstr("secret")));
}

TEST(Url, WritesItselfWithoutTheSchemesOwnPort) {
  EXPECT_EQ(parse_url("http://a:80/v1").value().to_string(), "http://a/v1");
  EXPECT_EQ(parse_url("https://a:80/v1").value().to_string(), "https://a:80/v1");
  EXPECT_EQ(parse_url("https://[::1]/").value().with_target("/health").to_string(),
            "https://[::1]/health");
}

}  // namespace
}  // namespace assay::net

#include "endpoint/retry.h"

#include <gtest/gtest.h>

namespace assay::endpoint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backoff, DoublesUpToItsBoundWithJitter) {
  const RetryPolicy policy{10, 250, 8000};
  EXPECT_EQ(backoff(policy, 1, 0.0), milliseconds(125));
  EXPECT_EQ(backoff(policy, 3, 0.5), milliseconds(750));
  EXPECT_EQ(backoff(policy, 9, 0.0), milliseconds(4000));
  EXPECT_EQ(backoff(policy, 2000, 0.0), milliseconds(4000)) << "no overflow";
}

TEST(RetryAfter, IsSecondsOrADate) {
  // 1994-11-06T08:49:37Z, the date RFC 9110 writes all its examples with.
  constexpr std::int64_t kThenMs = 784'111'777'000;
  EXPECT_EQ(parse_retry_after("120", 0), seconds(120));
  EXPECT_EQ(parse_retry_after(" 0.25 ", 0), milliseconds(250));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kThenMs - 2500), milliseconds(2500));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kThenMs + 9000), seconds(0));
}

TEST(RetryAfter, IgnoresWhatItCannotRead) {
  for (const std::string_view text :
       {"", "-1", "soon", "1s", "nan", "inf", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_retry_after(text, 0), std::nullopt) << text;
  }
  EXPECT_GT(parse_retry_after("1e300", 0), seconds(3600));
}

TEST(IsRetryable, OnlyBeforeTheFirstTokenAndOnlyWhatMayPass) {
  ChatReply reply;
  EXPECT_FALSE(is_retryable(reply));
  int retryable = 0;
  for (int i = 0; i <= static_cast<int>(FailureClass::Interrupted); ++i) {
    reply.failure = ChatFailure{static_cast<FailureClass>(i), 0, "", ""};
    retryable += is_retryable(reply) ? 1 : 0;
  }
  EXPECT_EQ(retryable, 3);
  reply.failure->failure = FailureClass::ServerError;
  EXPECT_TRUE(is_retryable(reply));
  reply.times.token_ms = {1.0};
  EXPECT_FALSE(is_retryable(reply));
}

}  // namespace
}  // namespace assay::endpoint

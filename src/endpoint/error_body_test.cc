#include "endpoint/error_body.h"

#include <gmock/gmock.h>

namespace assay::endpoint {
namespace {

using testing::HasSubstr;

struct Expected {
  int status;
  std::string_view body;
  FailureClass failure;
  std::string_view words;

  /// Names the instance in the list of tests.
  friend void PrintTo(const Expected& expected, std::ostream* stream) {
    *stream << expected.status << ' ' << name_of(expected.failure);
  }
};

class ErrorBodies : public testing::TestWithParam<Expected> {};

TEST_P(ErrorBodies, GiveTheirClassAndWords) {
  const Expected& expected = GetParam();
  const ChatFailure failure = failure_of_reply(expected.status, expected.body);
  EXPECT_EQ(name_of(failure.failure), name_of(expected.failure));
  EXPECT_THAT(failure.message, HasSubstr(expected.words));
  EXPECT_THAT(failure.message, HasSubstr(std::to_string(expected.status)));
  EXPECT_EQ(failure.message.find('\n'), std::string::npos);
  EXPECT_EQ(failure.http_status, expected.status);
  EXPECT_EQ(failure.body, expected.body);
}

INSTANTIATE_TEST_SUITE_P(
    OpenAi, ErrorBodies,
    testing::Values(
        Expected{
            401,
            R"({"error":{"message":"Incorrect API key provided","type":"invalid_request_error",)"
            R"("param":null,"code":"invalid_api_key"}})",
            FailureClass::Unauthorized, "Incorrect API key"},
        Expected{429, R"({"error":{"message":"Rate limit reached","type":"tokens","code":null}})",
                 FailureClass::RateLimited, "Rate limit reached"},
        Expected{400, R"({"error":{"message":"too many tokens","code":"context_length_exceeded"}})",
                 FailureClass::ContextOverflow, "too many tokens"},
        Expected{400, R"({"error":{"message":"bad temperature","param":"temperature"}})",
                 FailureClass::Rejected, "bad temperature"}));

INSTANTIATE_TEST_SUITE_P(
    LlamaServer, ErrorBodies,
    testing::Values(
        Expected{503,
                 R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
                 FailureClass::ServerError, "Loading model"},
        Expected{
            400,
            R"({"error":{"code":400,"message":"request (900 tokens) exceeds the available )"
            R"(context size (512 tokens), try increasing it","type":"exceed_context_size_error",)"
            R"("n_prompt_tokens":900,"n_ctx":512}})",
            FailureClass::ContextOverflow, "900 tokens"},
        Expected{404,
                 R"({"error":{"code":404,"message":"File Not Found","type":"not_found_error"}})",
                 FailureClass::NotFound, "File Not Found"}));

INSTANTIATE_TEST_SUITE_P(
    Others, ErrorBodies,
    testing::Values(
        Expected{404, R"({"error":"model 'x' not found"})", FailureClass::NotFound,
                 "model 'x' not found"},
        Expected{500, R"({"error":"the input length exceeds the context length"})",
                 FailureClass::ContextOverflow, "input length"},
        Expected{400,
                 R"({"object":"error","message":"This model's maximum context length is 4096 )"
                 R"(tokens.","type":"BadRequestError","param":null,"code":400})",
                 FailureClass::ContextOverflow, "4096"},
        Expected{422,
                 R"({"detail":[{"loc":["body","messages",0],"msg":"field required"},{"x":1}]})",
                 FailureClass::Rejected, "body.messages.0: field required"},
        Expected{403, R"({"detail":"Not authenticated"})", FailureClass::Unauthorized,
                 "Not authenticated"},
        Expected{400, R"({"why":7})", FailureClass::Rejected, R"({"why":7})"},
        Expected{308, "", FailureClass::Malformed, "308"}));

INSTANTIATE_TEST_SUITE_P(
    NotJson, ErrorBodies,
    testing::Values(
        Expected{502, "<html>\r\n<head><title>502 Bad Gateway</title></head></html>",
                 FailureClass::ServerError, "a web page, \"502 Bad Gateway\""},
        Expected{502, "<!doctype html></title><title>", FailureClass::ServerError, "a web page"},
        Expected{500, "", FailureClass::ServerError, "no body"},
        Expected{500, " \n", FailureClass::ServerError, "no body"},
        Expected{500, R"({"error":{"mess)", FailureClass::ServerError, "broken JSON"},
        Expected{400, "line one\nline two", FailureClass::Rejected, "line one line two"},
        Expected{400, "\"just a string\"", FailureClass::Rejected, "just a string"},
        Expected{418, "\xff\xfe\x00", FailureClass::Rejected, "418"}));

TEST(FailureOfEvent, ReadsCodeOrType) {
  const auto class_of = [](std::string_view event) { return failure_of_event(200, event).failure; };
  EXPECT_EQ(class_of(R"({"error":{"code":429,"message":"x"}})"), FailureClass::RateLimited);
  EXPECT_EQ(class_of(R"({"error":{"code":"503","message":"x"}})"), FailureClass::ServerError);
  EXPECT_EQ(class_of(R"({"error":{"type":"rate_limit_error","message":"x"}})"),
            FailureClass::RateLimited);
  EXPECT_EQ(class_of(R"({"error":{"type":"invalid_request_error","message":"x"}})"),
            FailureClass::Rejected);
  EXPECT_EQ(class_of(R"({"error":{"code":200,"message":"x"}})"), FailureClass::ServerError);
  EXPECT_EQ(class_of(R"({"code":400,"message":"prompt is too long"})"),
            FailureClass::ContextOverflow);
  EXPECT_EQ(class_of("words"), FailureClass::ServerError);
}

TEST(BodyExcerpt, EndsBetweenCodePoints) {
  std::string body(1999, 'a');
  body += "ä and more";
  EXPECT_EQ(body_excerpt(body), std::string(1999, 'a'));
  EXPECT_EQ(body_excerpt("short"), "short");
  EXPECT_LE(body_excerpt(std::string(5000, '\x80')).size(), 2000U);
}

TEST(OneLine, IsBounded) {
  EXPECT_EQ(one_line(" a\r\n\tb\x7f "), "a b");
  EXPECT_LE(one_line(std::string(5000, 'x')).size(), 310U);
}

}  // namespace
}  // namespace assay::endpoint

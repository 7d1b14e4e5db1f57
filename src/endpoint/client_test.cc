#include "endpoint/client.h"

#include <gmock/gmock.h>

#include "support/byte_server.h"

namespace assay::endpoint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::ByteServer;
using test::close_now;
using test::hold;
using test::read_request;
using test::send_bytes;
using test::send_reply;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string kEvents =
    "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";

test::ByteStep good_reply() { return send_reply(kEvents); }
test::ByteStep refusal(const std::string& status, const std::string& headers = "") {
  return send_reply("{\"error\":{\"message\":\"not now\"}}", status, headers);
}

/// Waits too short to notice; deadlines so long that only a hang reaches them.
ChatOptions hasty_retries() {
  ChatOptions options;
  options.timeout = seconds(20);
  options.retry.wait_first_ms = 0.01;
  options.retry.wait_max_ms = 1;
  return options;
}

class ClientTest : public testing::Test {
 protected:
  Client client_for(const ByteServer& server, const std::string& key = "",
                    const std::string& path = "/v1") {
    return Client::make({server.url(path), "m", key}, &interrupt_).value();
  }
  ChatReply chat(Client& client, const ChatOptions& options = hasty_retries()) {
    ChatRequest request;
    request.messages.push_back({{"role", "user"}, {"content", "hello"}});
    return runtime_.run(client.chat(request, options));
  }

  net::Runtime runtime_;
  base::Interrupt interrupt_;
};

TEST_F(ClientTest, AsksAndReadsAStream) {
  ByteServer server({{read_request(), good_reply()}});
  Client client = client_for(server, "sk-secret");
  const ChatReply reply = chat(client);
  ASSERT_FALSE(reply.failure) << reply.failure->message;
  EXPECT_EQ(reply.text, "hi");
  EXPECT_EQ(reply.attempts, 1);
  EXPECT_GE(reply.times.ttft_ms, 0);
  EXPECT_GE(reply.times.total_ms, reply.times.ttft_ms);
  EXPECT_GE(reply.times.attempts_ms, reply.times.total_ms);

  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer sk-secret\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("\"include_usage\":true"));
}

TEST_F(ClientTest, ManyChatsShareOneConnection) {
  ByteServer::Script script;
  for (int i = 0; i < 50; ++i) {
    script.push_back(read_request());
    script.push_back(good_reply());
  }
  ByteServer server({script});
  Client client = client_for(server);
  for (int i = 0; i < 50; ++i) ASSERT_FALSE(chat(client).failure);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientTest, AsksWithoutStreamWhenTold) {
  ByteServer server(
      {{read_request(), send_reply("{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}")}});
  Client client = client_for(server);
  ChatOptions options = hasty_retries();
  options.stream = false;
  EXPECT_EQ(chat(client, options).text, "hi");
  EXPECT_THAT(server.requests().at(0), HasSubstr("\"stream\":false"));
  EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Authorization")));
}

TEST_F(ClientTest, RetriesWhatMayPass) {
  ByteServer server(
      {{read_request(), refusal("503 Service Unavailable"), read_request(),
        refusal("429 Too Many Requests", "Retry-After: 0\r\n"), read_request(), good_reply()}});
  Client client = client_for(server);
  const ChatReply reply = chat(client);
  EXPECT_FALSE(reply.failure);
  EXPECT_EQ(reply.attempts, 3);
}

TEST_F(ClientTest, GivesUpAfterTheLastAttempt) {
  ByteServer server({{read_request(), refusal("500 Oops"), read_request(), refusal("500 Oops"),
                      read_request(), refusal("502 Oops"), read_request(), good_reply()}});
  Client client = client_for(server);
  const ChatReply reply = chat(client);
  ASSERT_TRUE(reply.failure);
  EXPECT_EQ(reply.failure->failure, FailureClass::ServerError);
  EXPECT_EQ(reply.failure->http_status, 502);
  EXPECT_EQ(reply.attempts, 3);
  EXPECT_THAT(server.requests(), SizeIs(3));
}

TEST_F(ClientTest, DoesNotRetryWhatWouldComeAgainOrBrokeHalfWay) {
  const std::string half = "data: {\"choices\":[{\"delta\":{\"content\":\"h\"}}]}\n\n";
  ByteServer server(
      {{read_request(), refusal("400 Bad Request"), read_request(), refusal("401 Unauthorized"),
        read_request(), send_reply(half + "data: {\"error\":{\"code\":500}}\n\n")},
       {read_request(), send_bytes("HTTP/1.1 200 OK\r\n\r\n" + half), close_now()}});
  Client client = client_for(server);
  for (const FailureClass expected : {FailureClass::Rejected, FailureClass::Unauthorized,
                                      FailureClass::ServerError, FailureClass::CutStream}) {
    const ChatReply reply = chat(client);
    ASSERT_TRUE(reply.failure);
    EXPECT_EQ(name_of(reply.failure->failure), name_of(expected));
    EXPECT_EQ(reply.attempts, 1);
  }
}

TEST_F(ClientTest, ARetryAfterBeyondTheDeadlineIsNotWaitedFor) {
  ByteServer server({{read_request(), refusal("429 Slow Down", "Retry-After: 3600\r\n")}});
  Client client = client_for(server);
  const ChatReply reply = chat(client);
  EXPECT_EQ(reply.failure->failure, FailureClass::RateLimited);
  EXPECT_EQ(reply.attempts, 1);
  EXPECT_LT(reply.times.attempts_ms, base::to_ms(hasty_retries().timeout));
}

TEST_F(ClientTest, TheDeadlineIsOfAllAttemptsTogether) {
  ByteServer server({{read_request(), refusal("503 Busy"), read_request(), hold()}});
  Client client = client_for(server);
  ChatOptions options = hasty_retries();
  options.timeout = milliseconds(60);
  const ChatReply reply = chat(client, options);
  EXPECT_EQ(reply.failure->failure, FailureClass::Deadline);
  EXPECT_EQ(reply.attempts, 2);
  EXPECT_GE(reply.times.attempts_ms, 60);
}

TEST_F(ClientTest, AnUnreachableServerIsTriedAgainAndNamed) {
  std::string gone;
  {
    const ByteServer server({});
    gone = server.url("/v1");
  }
  Client client = Client::make({gone, "m", ""}).value();
  const ChatReply reply = chat(client);
  EXPECT_EQ(reply.failure->failure, FailureClass::Unreachable);
  EXPECT_EQ(reply.attempts, 3);
  EXPECT_THAT(reply.failure->message, HasSubstr("127.0.0.1"));
}

net::Task<void> interrupt_soon(base::Interrupt& interrupt) {
  co_await net::sleep_for(milliseconds(10));
  interrupt.request(2);
}

TEST_F(ClientTest, AnInterruptionEndsTheWaitForTheServer) {
  ByteServer server({{read_request(), hold()}});
  Client client = client_for(server);
  runtime_.spawn(interrupt_soon(interrupt_));
  EXPECT_EQ(chat(client).failure->failure, FailureClass::Interrupted);
}

TEST_F(ClientTest, AnInterruptionEndsTheWaitBetweenAttempts) {
  ByteServer server({{read_request(), refusal("429 Slow Down", "Retry-After: 19\r\n")}});
  Client client = client_for(server);
  runtime_.spawn(interrupt_soon(interrupt_));
  const ChatReply reply = chat(client);
  EXPECT_EQ(reply.failure->failure, FailureClass::Interrupted);
  EXPECT_THAT(reply.failure->message, HasSubstr("not now"));
}

TEST_F(ClientTest, NeverRepeatsTheKey) {
  ByteServer server({{read_request(), send_reply("{\"error\":{\"message\":\"bad key sk-secret\"}}",
                                                 "401 Unauthorized")}});
  Client client = client_for(server, "sk-secret");
  const ChatReply reply = chat(client);
  EXPECT_THAT(reply.failure->message, HasSubstr("bad key [key]"));
  EXPECT_THAT(reply.failure->body, Not(HasSubstr("sk-secret")));
}

TEST_F(ClientTest, RefusesAddressesAndKeysItCannotUse) {
  EXPECT_FALSE(Client::make({"127.0.0.1:8080", "m", ""}).has_value());
  const auto key = Client::make({"http://a/v1", "m", "sk-secret\n"});
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(key.error().to_string(), Not(HasSubstr("sk-secret")));
}

TEST_F(ClientTest, ListsModels) {
  ByteServer server({{read_request(), send_reply("{\"data\":[{\"id\":\"a\"},{},{\"id\":\"b\"}]}"),
                      read_request(), send_reply("{}"), read_request(), send_reply("<html>"),
                      read_request(), refusal("401 Unauthorized")}});
  Client client = client_for(server, "", "/v1/?x=y");
  EXPECT_THAT(runtime_.run(client.models(seconds(20))).value(), ElementsAre("a", "b"));
  EXPECT_THAT(server.requests().at(0), StartsWith("GET /v1/models?x=y HTTP/1.1\r\n"));
  for (const std::string words : {"`data`", "JSON", "not now"}) {
    const auto failed = runtime_.run(client.models(seconds(20)));
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().kind, base::ErrorKind::Unreachable);
    EXPECT_THAT(failed.error().message, HasSubstr(words));
    EXPECT_FALSE(failed.error().hint.empty());
  }
}

TEST_F(ClientTest, ReadsLlamaServersHealthAndPropertiesBesideTheVersion) {
  ByteServer server(
      {{read_request(), refusal("503 Loading"), read_request(), send_reply("{}"), read_request(),
        send_reply("{\"total_slots\":1}"), read_request(), refusal("404 Not Found")}});
  Client client = client_for(server, "", "/api/v1");
  EXPECT_FALSE(runtime_.run(client.healthy(seconds(20))));
  EXPECT_TRUE(runtime_.run(client.healthy(seconds(20))));
  const auto props = runtime_.run(client.props(seconds(20)));
  EXPECT_EQ(base::integer_member(props.value(), "total_slots"), 1);
  EXPECT_EQ(runtime_.run(client.props(seconds(20))).error().kind, base::ErrorKind::Unreachable);
  EXPECT_THAT(server.requests().at(1), StartsWith("GET /api/health "));
  EXPECT_THAT(server.requests().at(2), StartsWith("GET /api/props "));

  interrupt_.request(2);
  EXPECT_EQ(runtime_.run(client.props(seconds(20))).error().kind, base::ErrorKind::Interrupted);
}

TEST_F(ClientTest, AMissingVersionInTheAddressIsSuggested) {
  ByteServer server({{read_request(), refusal("404 Not Found")}});
  Client client = client_for(server, "", "");
  EXPECT_THAT(chat(client).failure->message, HasSubstr("/v1"));
  EXPECT_THAT(server.requests().at(0), StartsWith("POST /chat/completions "));
}

}  // namespace
}  // namespace assay::endpoint

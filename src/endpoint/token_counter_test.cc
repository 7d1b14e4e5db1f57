#include "endpoint/token_counter.h"

#include <gmock/gmock.h>

#include <functional>
#include <optional>

#include "endpoint/engine.h"
#include "endpoint/guest.h"
#include "endpoint/played_twin_test_support.h"
#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using CountTokens = std::function<base::Result<std::int64_t>(const std::string& text)>;

Address address_of(const PlayedTwin& twin) {
  return {fmt::format("http://127.0.0.1:{}/v1", twin.port()), "m", ""};
}

base::Error error_of(const Address& address) {
  const auto counter = TokenCounter::open(address);
  EXPECT_FALSE(counter.has_value());
  return counter.has_value() ? base::Error{} : counter.error();
}

TEST(TokenCounter, CountsAsLlamaServerDoes) {
  const PlayedTwin twin("");
  const CountTokens count = TokenCounter::open(address_of(twin)).value();
  EXPECT_EQ(count("one two three").value(), 3);
  EXPECT_EQ(count("").value(), 0);
  EXPECT_EQ(count("\"quoted\"\n\xff").value(), 2) << "what is no UTF-8 is replaced";
  EXPECT_EQ(TokenCounter::open(address_of(twin))->dialect(), "llama-server");
}

TEST(TokenCounter, CountsAsVllmDoes) {
  const PlayedTwin twin(R"(
    [[rule]]
    match.path = "/tokenize"
    match.field = { content = { present = true } }
    status = 400
    reply = "Field required"
    [[rule]]
    match.path = "/tokenize"
    match.field = { prompt = "three", model = "m", add_special_tokens = false }
    body = "{\"count\": 3, \"max_model_len\": 512, \"tokens\": [1, 2, 3]}"
    [[rule]]
    match.path = "/tokenize"
    match.field = { prompt = { present = true } }
    body = "{\"count\": 2}"
  )");
  const auto counter = TokenCounter::open(address_of(twin));
  ASSERT_TRUE(counter.has_value()) << counter.error().to_string();
  EXPECT_EQ(counter->dialect(), "vLLM");
  EXPECT_EQ((*counter)("three").value(), 3);
  EXPECT_EQ((*counter)("other").value(), 2);
}

TEST(TokenCounter, SaysThatTheEndpointHasNone) {
  const PlayedTwin none("[[rule]]\nmatch.path = \"/tokenize\"\nstatus = 404\n");
  const base::Error error = error_of(address_of(none));
  EXPECT_EQ(error.kind, base::ErrorKind::BadInput);
  EXPECT_THAT(error.message, AllOf(HasSubstr("tokenizer"), HasSubstr("status 404")));
  EXPECT_THAT(error.hint, HasSubstr("llama-server, vLLM or SGLang"));
  EXPECT_THAT(error.context, HasSubstr("/tokenize"));

  const PlayedTwin page("[[rule]]\nmatch.path = \"/tokenize\"\nbody = \"<html>\"\n");
  EXPECT_THAT(error_of(address_of(page)).message, HasSubstr("found a reply without tokens"));
}

TEST(TokenCounter, SendsTheKeyAndNeverTellsIt) {
  const PlayedTwin twin(
      "[[rule]]\nmatch.path = \"/tokenize\"\nstatus = 401\nreply = \"wrong key s3cret\"\n");
  Address address = address_of(twin);
  address.key = "s3cret";
  const base::Error error = error_of(address);
  EXPECT_THAT(error.to_string(), AllOf(HasSubstr("refused the key"), Not(HasSubstr("s3cret"))));
  address.key = "a\nb";
  EXPECT_THAT(error_of(address).message, HasSubstr("a key on one line"));
}

TEST(TokenCounter, SaysWhenTheServerIsGone) {
  std::optional<TokenCounter> counter;
  Address address;
  {
    const PlayedTwin twin("");
    address = address_of(twin);
    counter = TokenCounter::open(address).value();
  }
  EXPECT_EQ((*counter)("a").error().kind, base::ErrorKind::Unreachable);
  EXPECT_EQ(error_of(address).kind, base::ErrorKind::Unreachable);
  const PlayedTwin busy("[[rule]]\nmatch.path = \"/tokenize\"\nstatus = 503\n");
  EXPECT_THAT(error_of(address_of(busy)).message, HasSubstr("status 503"));
}

TEST(TokenCounter, CountsByTheRealServer) {
  test::Outside outside{test::Outside::inherited(
      {"ASSAY_LLAMA_SERVER", "ASSAY_ENGINE_CACHE", "XDG_CACHE_HOME", "HOME", "PATH"})};
  auto engine = find_engine(outside.context());
  if (!engine.has_value()) GTEST_SKIP() << engine.error().to_string();
  const test::TemporaryFolder folder;
  GuestSettings settings;
  settings.model = std::filesystem::path(ASSAY_SOURCE_DIR) / "models" / "pebble-xs.gguf";
  settings.context_tokens = 512;
  settings.threads = 1;
  Guest guest(outside.context(), *engine, folder.path() / "run", folder.path() / "log");
  const auto ready = guest.ensure_ready(settings, std::chrono::seconds(100));
  ASSERT_TRUE(ready.has_value()) << ready.error().to_string();
  const auto counter = TokenCounter::open(ready->address);
  ASSERT_TRUE(counter.has_value()) << counter.error().to_string();
  EXPECT_EQ(counter->dialect(), "llama-server");
  EXPECT_EQ((*counter)("").value(), 0);
  const std::int64_t once = (*counter)("the cat sat on the mat").value();
  EXPECT_GT(once, 0);
  EXPECT_GT((*counter)("the cat sat on the mat and then it sat there").value(), once);
}

}  // namespace
}  // namespace assay::endpoint

#include "load/server_watch.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

#include "base/json.h"
#include "endpoint/twin.h"
#include "net/runtime.h"
#include "support/byte_server.h"
#include "support/loopback_connection.h"
#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;

/// A twin whose loop runs on a thread of its own.
class ServerWatchTest : public testing::Test {
 protected:
  ~ServerWatchTest() override {
    runtime_.stop();
    if (loop_.joinable()) loop_.join();
  }

  void serve(std::string_view script) {
    twin_.emplace(runtime_, endpoint::parse_twin_script(script, "test.toml").value());
    port_ = twin_->listen("127.0.0.1", 0).value();
    loop_ = std::thread([this] { runtime_.run_until_stopped(); });
  }

  /// No graphics cards of this machine, and short waits.
  WatchPlan plan() const {
    WatchPlan plan;
    plan.url = fmt::format("http://127.0.0.1:{}/v1", port_);
    plan.interval = std::chrono::milliseconds(1);
    plan.graphics = folder_.path();
    return plan;
  }

  void ask(std::string_view words) const {
    const base::Json message{{"role", "user"}, {"content", words}};
    const base::Json body{{"messages", base::Json::array({message})}};
    test::ask_loopback(port_, "POST", "/v1/chat/completions", base::dump_json(body));
  }

  test::TemporaryFolder folder_;
  net::Runtime runtime_;
  std::optional<endpoint::Twin> twin_;
  std::uint16_t port_ = 0;
  std::thread loop_;
};

std::vector<std::string> names_of(const Watched& watched) {
  std::vector<std::string> names;
  for (const ServerSeries& series : watched.series) names.push_back(series.name);
  return names;
}

TEST_F(ServerWatchTest, CountsWhatTheServerServedMeanwhile) {
  serve("[[rule]]\nreply = \"one two three\"\n");
  ask("before the watch");
  auto watch = ServerWatch::start(plan());
  ASSERT_TRUE(watch.has_value()) << watch.error().to_string();
  ask("a b c d");
  ask("e");
  const Watched watched = watch->stop();
  EXPECT_EQ(watched.note, "");
  EXPECT_TRUE(watched.counts_all);
  EXPECT_EQ(watched.counts.server, "llama-server");
  EXPECT_THAT(watched.counts.prompt_tokens, Optional(5));
  EXPECT_THAT(watched.counts.output_tokens, Optional(6));
  EXPECT_THAT(names_of(watched),
              testing::IsSupersetOf({"requests_running", "output_tps", "resident_memory", "cpu"}));
  for (const ServerSeries& series : watched.series) {
    for (std::size_t i = 1; i < series.points.size(); ++i) {
      EXPECT_GE(series.points[i].seconds, series.points[i - 1].seconds) << series.name;
      EXPECT_GE(series.points[i].value, 0) << series.name;
    }
  }
}

TEST_F(ServerWatchTest, AServerThatLiesIsBelieved) {
  serve("[metrics]\ntokens_factor = 2\n[[rule]]\nreply = \"one two three\"\n");
  auto watch = ServerWatch::start(plan());
  ask("a");
  EXPECT_THAT(watch->stop().counts.output_tokens, Optional(6));
}

TEST_F(ServerWatchTest, AServerWithoutMetricsIsSimplyWithout) {
  serve("[[rule]]\nmatch.path = \"/metrics\"\nstatus = 501\nreply = \"no\"\n");
  auto watch = ServerWatch::start(plan());
  const Watched watched = watch->stop();
  EXPECT_THAT(watched.note, HasSubstr("no /metrics (status 501); llama-server offers them with"));
  EXPECT_FALSE(watched.counts_all);
  EXPECT_EQ(watched.counts.server, "");
  EXPECT_THAT(names_of(watched), Contains("resident_memory"));
  EXPECT_EQ(twin_->records().size(), 1U) << "it is not asked again";
}

TEST_F(ServerWatchTest, OtherTextAtMetricsIsNoHarm) {
  serve(
      "[[rule]]\nmatch.path = \"/metrics\"\nmatch.times = 1\nbody = \"<html>\"\n"
      "[[rule]]\nmatch.path = \"/metrics\"\nbody = \"process_threads 4\\n\"\n");
  EXPECT_THAT(ServerWatch::start(plan())->stop().note, HasSubstr("is not Prometheus' text format"));
  EXPECT_THAT(ServerWatch::start(plan())->stop().note, HasSubstr("none of the names"));
}

TEST_F(ServerWatchTest, AServerThatHangsAtMetricsHoldsNothingUp) {
  serve("[[rule]]\nmatch.path = \"/metrics\"\nhang = true\n");
  WatchPlan impatient = plan();
  impatient.patience = std::chrono::milliseconds(300);
  auto watch = ServerWatch::start(impatient);
  ask("others are served");
  const Watched watched = watch->stop();
  EXPECT_THAT(watched.note, HasSubstr("did not answer /metrics in time"));
  EXPECT_FALSE(watched.counts_all);
  EXPECT_THAT(names_of(watched), Contains("resident_memory")) << "of the process, all the same";
}

TEST_F(ServerWatchTest, FollowsMetricsThatMovedByASlash) {
  serve(R"(
    [[rule]]
    match.path = "/metrics"
    status = 307
    headers = { Location = "/metrics/" }
    body = ""
    [[rule]]
    match.path = "/metrics/"
    body = "vllm:num_requests_running 3\n"
  )");
  EXPECT_EQ(ServerWatch::start(plan())->stop().counts.server, "vLLM");
}

/// A server that tells its metrics twice.
std::unique_ptr<test::ByteServer> telling_server() {
  const std::string told = "sglang:generation_tokens_total 5\n";
  const test::ByteServer::Script script{test::read_request(), test::send_reply(told),
                                        test::read_request(), test::send_reply(told)};
  return std::make_unique<test::ByteServer>(std::vector<test::ByteServer::Script>{script});
}

TEST_F(ServerWatchTest, SendsTheKeyToTheTarget) {
  const auto server = telling_server();
  WatchPlan with_key = plan();
  with_key.interval = std::chrono::hours(1);
  with_key.url = server->url("/proxy/v1");
  with_key.key = "s3cret";
  EXPECT_THAT(ServerWatch::start(with_key)->stop().counts.output_tokens, Optional(0));
  ASSERT_EQ(server->requests().size(), 2U) << "at the start and at the end";
  EXPECT_THAT(server->requests()[0], HasSubstr("GET /proxy/metrics HTTP/1.1\r\n"));
  EXPECT_THAT(server->requests()[0], HasSubstr("Authorization: Bearer s3cret\r\n"));
}

TEST_F(ServerWatchTest, ReadsMetricsFromElsewhereWithoutTheKey) {
  const auto server = telling_server();
  WatchPlan elsewhere = plan();
  elsewhere.interval = std::chrono::hours(1);
  elsewhere.url = "http://192.0.2.1/v1";
  elsewhere.metrics_url = server->url("/told");
  elsewhere.key = "s3cret";
  const Watched watched = ServerWatch::start(elsewhere)->stop();
  EXPECT_EQ(watched.counts.server, "SGLang");
  EXPECT_THAT(names_of(watched), Not(Contains("resident_memory"))) << "of a server far away";
  ASSERT_EQ(server->requests().size(), 2U);
  EXPECT_THAT(server->requests()[0], HasSubstr("GET /told HTTP/1.1\r\n"));
  EXPECT_THAT(server->requests()[0], Not(HasSubstr("s3cret")));
}

TEST_F(ServerWatchTest, RefusesAddressesAndKeysItCannotUse) {
  WatchPlan wrong;
  wrong.url = "nonsense";
  EXPECT_EQ(ServerWatch::start(wrong).error().kind, base::ErrorKind::BadInput);
  wrong.url = "http://127.0.0.1:1/v1";
  wrong.key = "s3cret\n";
  const base::Error error = ServerWatch::start(wrong).error();
  EXPECT_EQ(error.kind, base::ErrorKind::BadInput);
  EXPECT_THAT(error.to_string(), Not(HasSubstr("s3cret")));
}

TEST_F(ServerWatchTest, ReadsGraphicsCardsOfAServerHere) {
  serve("");
  WatchPlan with_cards = plan();
  with_cards.graphics = std::filesystem::path(ASSAY_TEST_GRAPHICS) / "rocm_smi";
  const Watched watched = ServerWatch::start(with_cards)->stop();
  const auto memory = std::find_if(watched.series.begin(), watched.series.end(),
                                   [](const auto& s) { return s.name == "graphics_memory"; });
  ASSERT_NE(memory, watched.series.end());
  EXPECT_EQ(memory->unit, "bytes");
  EXPECT_EQ(memory->source, "AMD Radeon PRO W7900");
  EXPECT_GT(memory->points.front().value, 0);
  EXPECT_THAT(names_of(watched), Contains("graphics_power"));
}

}  // namespace
}  // namespace assay::load

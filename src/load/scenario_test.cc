#include "load/scenario.h"

#include <gmock/gmock.h>

namespace assay::load {
namespace {

using testing::HasSubstr;

constexpr std::string_view kWhole = R"(name = "chat"
seed = 7
arrivals = "even"
timeout_s = 20
objectives = ["ttft_ms < 200"]
thresholds = ["ttft_ms_p95 < 200", "goodput > 5"]
[target]
url = "http://127.0.0.1:8080/v1"
key_env = "KEY"
[[stage]]
rate = [0, 5]
for = "10 s"
warm_up = true
[[stage]]
rate = 5
for = "1 min"
[work]
input_tokens = 300
shared_prefix_tokens = 100
output_tokens = 64
ignore_eos = true
settings = { temperature = 0.5 }
)";

void expect_refused(std::string_view text, std::string_view message) {
  const auto scenario = parse_scenario(text, "load.toml", "/tasks");
  ASSERT_FALSE(scenario.has_value()) << text;
  EXPECT_THAT(scenario.error().to_string(), HasSubstr(message));
}

std::string with(std::string_view stage, std::string_view work = "prompt = \"Hi\"") {
  return std::string("[target]\nurl = \"http://h/v1\"\n[[stage]]\n") + std::string(stage) +
         "\n[work]\n" + std::string(work) + "\n";
}

TEST(Scenario, IsReadWhole) {
  const auto scenario = parse_scenario(kWhole, "load.toml", "/tasks");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().to_string();
  EXPECT_EQ(scenario->name, "chat");
  EXPECT_EQ(scenario->kind, LoadKind::Open);
  EXPECT_EQ(scenario->arrivals, ArrivalProcess::Even);
  EXPECT_EQ(scenario->seed, 7U);
  EXPECT_EQ(scenario->seconds(), 70);
  ASSERT_EQ(scenario->targets.size(), 1U);
  EXPECT_EQ(scenario->targets[0].name, "http://127.0.0.1:8080/v1");
  EXPECT_EQ(scenario->targets[0].key_env, "KEY");
  ASSERT_EQ(scenario->stages.size(), 2U);
  EXPECT_EQ(scenario->stages[0].rate_at_end, 5);
  EXPECT_TRUE(scenario->stages[0].is_warm_up);
  EXPECT_EQ(scenario->stages[1].rate_at_start, 5);
  EXPECT_EQ(scenario->work.input_tokens.low, 300);
  EXPECT_EQ(scenario->work.input_tokens.high, 300);
  EXPECT_EQ(scenario->work.settings["temperature"], 0.5);
  EXPECT_EQ(scenario->thresholds.size(), 2U);
  EXPECT_EQ(scenario->objectives[0].metric, "ttft_ms");
}

TEST(Scenario, WithUsersIsAClosedLoop) {
  const auto scenario = parse_scenario(
      with("concurrency = 4\nfor = \"5 s\"", "cases = \"mine.jsonl\""), "load.toml", "/tasks");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().to_string();
  EXPECT_EQ(scenario->kind, LoadKind::Closed);
  EXPECT_EQ(scenario->closed_stages[0].concurrency, 4);
  EXPECT_EQ(scenario->work.cases, "/tasks/mine.jsonl");
}

std::string shaped(std::string_view shape, std::string_view head = "") {
  return std::string(head) + "[target]\nurl = \"http://h/v1\"\n" + std::string(shape);
}

TEST(Scenario, ASweepIsAStageForEachLevelAfterOneThatSettles) {
  const auto scenario = parse_scenario(
      shaped("[sweep]\nrate = [1, 2.5]\nfor = \"30 s\"\nsettle = \"5 s\"\n[work]\nprompt = \"x\""),
      "load.toml", "/tasks");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().to_string();
  ASSERT_EQ(scenario->stages.size(), 4U);
  EXPECT_TRUE(scenario->stages[0].is_warm_up);
  EXPECT_EQ(scenario->stages[3].rate_at_start, 2.5);
  EXPECT_EQ(scenario->stages[3].name, "2.5/s");
  EXPECT_EQ(scenario->seconds(), 70);
  const auto closed = parse_scenario(
      shaped("[sweep]\nconcurrency = [1, 4]\nfor = \"30 s\"\n[work]\nprompt = \"x\""), "load.toml",
      "/tasks");
  ASSERT_TRUE(closed.has_value()) << closed.error().to_string();
  EXPECT_EQ(closed->kind, LoadKind::Closed);
  EXPECT_EQ(closed->closed_stages[1].concurrency, 4);
  EXPECT_EQ(closed->closed_stages[0].name, "1 user");
}

TEST(Scenario, ReplaysATraceThatBringsItsLengths) {
  const auto scenario = parse_scenario(
      shaped("[replay]\nfile = \"t.jsonl\"\nspeed = 2\nfor = \"1 h\"\n[work]\nignore_eos = true"),
      "load.toml", "/tasks");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().to_string();
  EXPECT_EQ(scenario->replay->file, "/tasks/t.jsonl");
  EXPECT_EQ(scenario->replay->speed, 2);
  EXPECT_EQ(scenario->replay->seconds_most, 3600);
}

TEST(Scenario, SearchesABreakpointWithinObjectives) {
  const std::string shape =
      "[breakpoint]\nfrom = 2\nto = 50\nshare = 0.9\nstep = \"20 s\"\n[work]\nprompt = \"x\"";
  const auto scenario =
      parse_scenario(shaped(shape, "objectives = [\"ttft_ms < 100\"]\n"), "load.toml", "/tasks");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().to_string();
  EXPECT_EQ(scenario->breakpoint->rate_max, 50);
  EXPECT_EQ(scenario->breakpoint->share_required, 0.9);
  EXPECT_EQ(scenario->breakpoint->step_s_max, 20);
  expect_refused(shaped(shape), "[breakpoint] needs `objectives`");
}

TEST(Scenario, ReadsConversationsAndTheClientsLimits) {
  const auto scenario = parse_scenario(
      with("concurrency = 2\nfor = \"5 s\"\nname = \"busy\"",
           "input_tokens = [10, 20]\noutput_tokens = 5\nturns = 3\nthink = [\"500 ms\", \"2 s\"]\n"
           "settings_file = \"tools.json\"\n[client]\nthreads = 2\nconnections = 9\n"
           "lag_budget_ms = 2.5\ncalibrate = false\nevents = false"),
      "load.toml", "/tasks");
  ASSERT_TRUE(scenario.has_value()) << scenario.error().to_string();
  EXPECT_EQ(scenario->closed_stages[0].name, "busy");
  EXPECT_EQ(scenario->work.input_tokens.high, 20);
  EXPECT_EQ(scenario->work.turns, 3);
  EXPECT_DOUBLE_EQ(scenario->work.think_low_s, 0.5);
  EXPECT_DOUBLE_EQ(scenario->work.think_high_s, 2);
  EXPECT_EQ(scenario->work.settings_file, "/tasks/tools.json");
  EXPECT_EQ(scenario->client.threads, 2);
  EXPECT_EQ(scenario->client.connections, 9);
  EXPECT_FALSE(scenario->client.calibrates);
  EXPECT_FALSE(scenario->client.keeps_events);
}

TEST(Scenario, SaysWhatIsWrongWithItsShape) {
  const std::string work = "\n[work]\nprompt = \"x\"";
  expect_refused(shaped("[sweep]\nrate = 5\nfor = \"1 s\"" + work), "[sweep] rate");
  expect_refused(shaped("[sweep]\nrate = [1, 2]" + work), "[sweep] lacks `for`");
  expect_refused(shaped("[sweep]\nconcurrency = [1.5, 2]\nfor = \"1 s\"" + work), "whole numbers");
  expect_refused(shaped("[sweep]\nfor = \"1 s\"" + work), "exactly one of `rate`");
  expect_refused(shaped("[replay]\nspeed = 2"), "[replay] lacks `file`");
  expect_refused(shaped("[replay]\nfile = \"t\"" + work), "takes them and their lengths");
  expect_refused(shaped("[replay]\nfile = \"t\"\n[sweep]\nrate = [1, 2]\nfor = \"1 s\"" + work),
                 "found 2 kinds");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "input_tokens = [20, 10]"), "input_tokens");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "prompt = \"x\"\nthink = [\"2 s\", \"1 s\"]"),
                 "[work] think");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "prompt = \"x\"\nturns = 2\nstream = false"),
                 "needs `stream = true`");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "prompt = \"x\"\n[client]\nthread = 2"),
                 "did you mean `threads`?");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "prompt = \"x\"\n[client]\nthreads = 300"),
                 "threads up to 256");
}

TEST(Scenario, IsTheSameLoadForAnotherTarget) {
  const std::string stage = "[[stage]]\nrate = 5\nfor = \"5 s\"\n[work]\nprompt = \"x\"\n";
  EXPECT_EQ(text_of_load("seed = 3\n[target]\nurl = \"a\"\n" + stage),
            text_of_load("# other\nname = \"n\"\nseed = 3\n[[target]]\nurl = \"b\"\n" + stage));
  EXPECT_NE(text_of_load("seed = 3\n" + stage), text_of_load("seed = 4\n" + stage));
}

TEST(Scenario, SaysWhatIsWrongAndWhere) {
  expect_refused("rate = 5", "rate");
  expect_refused("[target]\nurl = \"u\"\n[work]\nprompt = \"x\"", "at least one [[stage]]");
  expect_refused(with("for = \"5 s\""), "exactly one of `rate` and `concurrency`");
  expect_refused(with("rate = 5"), "lacks `for`");
  expect_refused(with("rate = 5\nfor = \"5 s\"\nwarm_up = true"), "nothing would be measured");
  expect_refused(with("rate = 5\nfor = 30"), "load.toml:5: [[stage]] for");
  expect_refused(with("rate = -1\nfor = \"5 s\""), "load.toml:4: [[stage]] rate");
  expect_refused(with("rate = [1, 2, 3]\nfor = \"5 s\""), "[from, to]");
  expect_refused(with("rate = 5\nfor = \"5 s\"\n[[stage]]\nconcurrency = 2\nfor = \"5 s\""),
                 "do not mix");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "stream = true"), "exactly one of `prompt`");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "input_tokens = 10\nshared_prefix_tokens = 10"),
                 "a shared prefix is a part");
  expect_refused(with("rate = 5\nfor = \"5 s\"", "prompt = \"x\"\nignore_eos = true"),
                 "never ends");
  expect_refused("thresholds = [\"ttft_p95 < 1\"]\n" + with("rate = 5\nfor = \"5 s\""),
                 "load.toml:1: thresholds");
  expect_refused("objectives = [\"ttft_ms_p95 < 1\"]\n" + with("rate = 5\nfor = \"5 s\""),
                 "there is no `ttft_ms_p95`");
  expect_refused(
      "[[target]]\nurl = \"a\"\n[[target]]\nurl = \"a\"\n[[stage]]\nrate = 1\nfor = "
      "\"1 s\"\n[work]\nprompt = \"x\"",
      "two targets are called `a`");
}

}  // namespace
}  // namespace assay::load

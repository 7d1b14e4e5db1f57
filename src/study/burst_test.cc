#include "study/burst.h"

#include <gmock/gmock.h>

#include <sstream>

#include "endpoint/played_twin_test_support.h"
#include "study/matrix.h"

namespace assay::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHead = R"([study]
name = "s"
[[model]]
name = "a"
url = "http://127.0.0.1:1/v1"
model = "a"
)";

constexpr const char* kLoad = R"([load]
concurrency = 3
for = "0.2 s"
bursts = 4
objectives = ["ttft_ms < 60000"]
work = { prompt = "Say it", output_tokens = 4 }
)";

base::Result<Plan> plan_with(const std::string& text) {
  auto spec = parse_spec(kHead + text, "s.toml", ".");
  if (!spec.has_value()) return std::move(spec).error();
  return make_plan(std::move(*spec), {});
}

std::string error_of(const std::string& text) {
  const auto plan = plan_with(text);
  return plan.has_value() ? "no error" : plan.error().to_string();
}

std::vector<std::string> cell_ids(const Plan& plan) {
  std::vector<std::string> ids;
  for (const Cell& cell : plan.cells) ids.push_back(cell.id);
  return ids;
}

TEST(BurstPlan, MovesLoadAndRequestOneFactorAtATime) {
  const Plan plan = plan_with(std::string(kLoad) +
                              "[factors]\nload_concurrency = [1, 3, 8]\ntemperature = [0.5]\n")
                        .value();
  EXPECT_THAT(cell_ids(plan), ElementsAre("a/baseline", "a/load_concurrency=1",
                                          "a/load_concurrency=8", "a/temperature=0.5"));
  EXPECT_EQ(plan.canaries.size(), 4U);
  EXPECT_EQ(plan.envelope.runs, 4 * 4 * 3);
  EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("3 at a time for 0.2 s, one prompt"),
                                      HasSubstr("baseline's own level")));
  const auto differences = wire_differences(plan, plan.cells[0], plan.cells[1]);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].baseline + " to " + differences[0].cell, "3 to 1");
}

TEST(BurstPlan, EveryCellGetsTheSameRequestsInABurst) {
  const Plan plan = plan_with(std::string(kLoad) + "[factors]\nload_concurrency = [8]\n").value();
  const load::Scenario baseline = burst_scenario(plan, plan.cells[0], 1);
  const load::Scenario level = burst_scenario(plan, plan.cells[1], 1);
  EXPECT_EQ(baseline.seed, level.seed);
  EXPECT_EQ(baseline.closed_stages.at(0).concurrency, 3);
  EXPECT_EQ(level.closed_stages.at(0).concurrency, 8);
  EXPECT_NE(baseline.seed, burst_scenario(plan, plan.cells[0], 2).seed);
}

TEST(BurstPlan, TellsHowLongItTakes) {
  const std::string longer = std::string(kLoad).replace(std::string(kLoad).find("0.2 s"), 5, "5 s");
  const Plan plan = plan_with(kLoad).value();
  const double more_s = guessed_trial_s(plan_with(longer).value(), plan.cells[0]) -
                        guessed_trial_s(plan, plan.cells[0]);
  EXPECT_NEAR(more_s, 4.8, 1e-9);
  EXPECT_GT(plan.envelope.wall_s_estimate, 0.2 * 12);
  EXPECT_GT(plan.envelope.tokens_worst, 0);
}

TEST(BurstPlan, IsAnotherStudyWithAnotherLoad) {
  const std::string other =
      std::string(kLoad).replace(std::string(kLoad).find("60000"), 5, "50000");
  EXPECT_NE(plan_with(kLoad).value().id, plan_with(other).value().id);
  EXPECT_EQ(plan_with(kLoad).value().id, plan_with("# same\n" + std::string(kLoad)).value().id);
}

TEST(BurstPlan, RefusesWhatIsAboutCases) {
  const std::string load = kLoad;
  EXPECT_THAT(error_of(load + "[baseline]\nsystem_prompt = \"x\"\n"),
              HasSubstr("s.toml:14: [baseline] system_prompt: `system_prompt` is about how cases"));
  EXPECT_THAT(error_of(load + "[factors]\nload_rate = [2]\n"),
              HasSubstr("needs [load] with `rate`"));
  EXPECT_THAT(error_of(load + "[baseline]\nload_concurrency = 2\n"),
              HasSubstr("has its baseline in [load]"));
  EXPECT_THAT(error_of(load + "[factors]\nmax_tokens = [2]\n"), HasSubstr("output_tokens"));
  EXPECT_THAT(error_of(""), HasSubstr("[study] lacks `tasks`"));
  EXPECT_THAT(error_of(load + "[decision]\naccuracy_least = 0.5\n"), HasSubstr("accuracy_least"));
}

load::BurstFigures figures_of(std::size_t met, std::size_t requests) {
  load::BurstFigures figures;
  figures.seconds = 1;
  figures.requests = requests;
  figures.met = met;
  return figures;
}

TEST(BurstOutcome, FollowsTheVerdict) {
  load::BurstFigures figures = figures_of(3, 4);
  Outcome outcome = classify_burst(figures, std::nullopt);
  EXPECT_EQ(outcome.kind, OutcomeKind::Scored);
  EXPECT_DOUBLE_EQ(outcome.score.value(), 0.75);

  figures.verdict = load::Verdict::ClientLimited;
  outcome = classify_burst(figures, std::nullopt);
  EXPECT_EQ(outcome.kind, OutcomeKind::Infrastructure);
  EXPECT_EQ(outcome.outcome_class, "client_limited");
  EXPECT_FALSE(outcome.score);

  figures.verdict = load::Verdict::ServerFailed;
  outcome = classify_burst(figures, std::nullopt);
  EXPECT_EQ(outcome.kind, OutcomeKind::ModelFailure) << "it counts, as nothing met";

  endpoint::GuestLoss loss;
  loss.out_of_memory = true;
  EXPECT_EQ(classify_burst(figures, loss).outcome_class, "out_of_memory");

  figures.failed[static_cast<std::size_t>(load::Failure::Connect)] = 4;
  EXPECT_EQ(classify_burst(figures, std::nullopt).outcome_class, "unreachable");
  EXPECT_EQ(classify_burst(figures_of(0, 0), std::nullopt).outcome_class, "no_requests");
}

/// Bursts against a scripted twin that refuses what is hot.
class BurstTest : public testing::Test {
 protected:
  store::TrialRow run(const std::string& factors, std::size_t cell) {
    const endpoint::PlayedTwin twin(R"([twin]
[[rule]]
match.field = { temperature = { above = 0.9 } }
status = 500
reply = "too hot"
[[rule]]
reply = "it is said"
)");
    Plan plan = plan_with(kLoad + factors).value();
    plan.models[0].url = fmt::format("http://127.0.0.1:{}/v1", twin.port());
    std::map<std::string, std::string> digests;
    const EventSink sink = [](std::string_view, const std::string&, const base::Json&) {
      return base::Status(base::Done{});
    };
    Target target(context_, plan.models[0], std::nullopt, {}, sink, digests);
    EXPECT_TRUE(target.prepare(plan.cells[cell]).has_value());
    std::int64_t ordinal = 0;
    while (plan.schedule[static_cast<std::size_t>(ordinal)].cell != cell) ++ordinal;
    auto result = run_burst(context_, plan, ordinal, target);
    if (result.has_value()) return std::move(result->row);
    ADD_FAILURE() << result.error().to_string();
    return {};
  }

  base::Interrupt interrupt_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  base::Context context_{base::system_clock(), interrupt_, in_, out_, err_, {}, {}, ""};
};

TEST_F(BurstTest, ScoresTheShareOfRequestsWithinTheObjectives) {
  const store::TrialRow row = run("", 0);
  EXPECT_EQ(row.outcome, "scored") << row.detail;
  EXPECT_EQ(row.score, 1.0);
  EXPECT_GE(row.attempts, 3);
  EXPECT_GT(row.ttft_ms, 0);
  EXPECT_GT(row.wall_ms, row.total_ms);
  EXPECT_THAT(row.reply, HasSubstr("requests within the objectives"));
  const base::Json detail = base::parse_json(row.detail).value();
  EXPECT_EQ(detail["load"]["requests"], row.attempts);
  EXPECT_GT(detail["load"]["goodput_per_s"].get<double>(), 0);
}

TEST_F(BurstTest, AServerThatRefusesEverythingMeetsNothing) {
  const store::TrialRow row = run("[factors]\ntemperature = [1.5]\n", 1);
  EXPECT_EQ(row.outcome, "model_failure") << row.detail;
  EXPECT_EQ(row.outcome_class, "server_failed");
  EXPECT_FALSE(row.score);
  EXPECT_THAT(row.detail, HasSubstr("http_5xx"));
}

}  // namespace
}  // namespace assay::study

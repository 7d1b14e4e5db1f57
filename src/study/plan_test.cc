#include "study/plan.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "base/file.h"
#include "study/schedule.h"
#include "support/temporary_folder.h"

namespace assay::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A study of two endpoints (planning never asks them) over nine cases of three kinds.
class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    std::string cases;
    for (int i = 0; i < 9; ++i) {
      cases += R"({"id":"c)" + std::to_string(i) +
               R"(","prompt":"Say it","expect":"it","scorer":"contains","tags":["kind)" +
               std::to_string(i % 3) + "\"]}\n";
    }
    EXPECT_TRUE(base::write_file(folder_.path() / "cases.jsonl", cases).has_value());
  }

  base::Result<Plan> plan(const std::string& more, bool allow_single = false,
                          const std::string& study = "") {
    const std::string text =
        "[study]\nname = \"My Study\"\ntasks = \"cases.jsonl\"\n" + study +
        "[[model]]\nname = \"a\"\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"a\"\n"
        "[[model]]\nname = \"b\"\nurl = \"http://127.0.0.1:2/v1\"\nmodel = \"b\"\n" +
        more;
    auto spec = parse_spec(text, "s.toml", folder_.path());
    if (!spec.has_value()) return std::move(spec).error();
    return make_plan(std::move(*spec), {allow_single, {}, folder_.path()});
  }

  test::TemporaryFolder folder_;
};

std::vector<std::string> cell_ids(const Plan& plan) {
  std::vector<std::string> ids;
  for (const Cell& cell : plan.cells) ids.push_back(cell.id);
  return ids;
}

constexpr const char* kMatrix =
    "[baseline]\ntemperature = 0.0\nmax_tokens = 64\n"
    "[factors]\ntemperature = [0.7, 1.5]\nmax_tokens = [8]\n";

TEST_F(PlanTest, EachCellMovesExactlyOneFactor) {
  const Plan made = plan(kMatrix).value();
  EXPECT_THAT(cell_ids(made), ElementsAre("a/baseline", "a/temperature=0.7", "a/temperature=1.5",
                                          "a/max_tokens=8", "b/baseline", "b/temperature=0.7",
                                          "b/temperature=1.5", "b/max_tokens=8"));
  EXPECT_EQ(base::dump_json(made.cells[2].request), R"({"temperature":1.5,"max_tokens":64})");
  EXPECT_EQ(base::dump_json(made.cells[3].request), R"({"temperature":0.0,"max_tokens":8})");
  EXPECT_EQ(made.envelope.runs, 8 * 9 * 3);
}

TEST_F(PlanTest, ALevelThatIsTheBaselinesIsLeftOutWithANote) {
  const Plan made =
      plan("[baseline]\ntemperature = 0.0\n[factors]\ntemperature = [0.0, 1.0]\n").value();
  EXPECT_EQ(made.cells.size(), 4U);
  EXPECT_THAT(made.notes.at(0), HasSubstr("a/temperature=0"));
}

TEST_F(PlanTest, ServerSettingsNeedAModelFile) {
  const Plan made = plan("[factors]\ncache_type_k = [\"q8_0\"]\ntop_p = [0.5]\n").value();
  EXPECT_THAT(cell_ids(made),
              ElementsAre("a/baseline", "a/top_p=0.5", "b/baseline", "b/top_p=0.5"));
  EXPECT_THAT(made.notes.at(0), HasSubstr("`cache_type_k` is left out"));
}

TEST_F(PlanTest, TheSameFileIsTheSameStudyAndAnyChangeOfContentAnother) {
  const std::string id = plan(kMatrix).value().id;
  EXPECT_THAT(id, HasSubstr("my-study-"));
  EXPECT_EQ(plan(kMatrix).value().id, id);
  EXPECT_EQ(plan(std::string("# a comment\n") + kMatrix).value().id, id);
  EXPECT_EQ(plan(kMatrix, false, "budget = { runs = 1 }\n").value().id, id)
      << "a budget does not change what is measured";
  EXPECT_NE(plan(kMatrix, false, "seed = 2\n").value().id, id);
  EXPECT_NE(plan(kMatrix, false, "repeats = 4\n").value().id, id);
  ASSERT_TRUE(
      base::write_file(folder_.path() / "cases.jsonl",
                       "{\"id\":\"c0\",\"prompt\":\"x\",\"expect\":\"y\",\"scorer\":\"exact\"}\n")
          .has_value());
  EXPECT_NE(plan(kMatrix).value().id, id);
}

TEST_F(PlanTest, TheScheduleHoldsEveryTrialOnceAndPairsSeeds) {
  const Plan made = plan(kMatrix).value();
  std::set<std::tuple<std::size_t, std::size_t, std::int64_t>> seen;
  std::map<std::pair<std::size_t, std::int64_t>, std::set<std::int64_t>> seeds;
  for (const ScheduledTrial& trial : made.schedule) {
    EXPECT_TRUE(seen.emplace(trial.cell, trial.canary, trial.repeat).second);
    seeds[{trial.canary, trial.repeat}].insert(trial.seed);
    EXPECT_GE(trial.seed, 0);
  }
  EXPECT_EQ(seen.size(), 8U * 9U * 3U);
  for (const auto& [place, values] : seeds) EXPECT_EQ(values.size(), 1U) << "cells do not pair";
  EXPECT_EQ(seeds.size(), 27U);
}

TEST_F(PlanTest, CellsOfOneLoadAreInterleavedAndModelsAreNot) {
  const Plan made = plan(kMatrix).value();
  std::set<std::size_t> first_cells;
  for (std::size_t i = 0; i < 4; ++i) first_cells.insert(made.schedule[i].cell);
  EXPECT_EQ(first_cells.size(), 4U) << "the first canary meets all four cells of its model";
  std::size_t changes = 0;
  for (std::size_t i = 1; i < made.schedule.size(); ++i) {
    changes +=
        made.cells[made.schedule[i].cell].model != made.cells[made.schedule[i - 1].cell].model;
  }
  EXPECT_EQ(changes, 1U);
}

TEST_F(PlanTest, TheSeedDecidesTheOrder) {
  const auto order = [](const Plan& made) {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const ScheduledTrial& trial : made.schedule) places.emplace_back(trial.cell, trial.canary);
    return places;
  };
  EXPECT_EQ(order(plan(kMatrix).value()), order(plan(kMatrix).value()));
  EXPECT_NE(order(plan(kMatrix).value()), order(plan(kMatrix, false, "seed = 2\n").value()));
}

TEST_F(PlanTest, ASampleKeepsEveryKindsShare) {
  const Plan made = plan(kMatrix, false, "canaries = 6\n").value();
  std::map<std::string, int> kinds;
  for (const task::Case& canary : made.canaries) ++kinds[canary.kind()];
  EXPECT_EQ(kinds, (std::map<std::string, int>{{"kind0", 2}, {"kind1", 2}, {"kind2", 2}}));
}

TEST_F(PlanTest, FewerThanThreeRepeatsAreRefusedUnlessAllowed) {
  const auto refused = plan(kMatrix, false, "repeats = 2\n");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(refused.error().hint, HasSubstr("--allow-single"));
  EXPECT_FALSE(plan(kMatrix, true, "repeats = 2\n").value().verdicts());
}

TEST_F(PlanTest, TheEnvelopeIsHeldAgainstTheBudget) {
  const Plan made = plan(kMatrix).value();
  EXPECT_GT(made.envelope.tokens_worst, 8 * 9 * 3 * 8);
  Budget budget;
  EXPECT_EQ(exceeded_bound(made.envelope, budget), "");
  budget.runs = 216;
  EXPECT_EQ(exceeded_bound(made.envelope, budget), "");
  budget.runs = 215;
  EXPECT_EQ(exceeded_bound(made.envelope, budget), "216 runs exceed the budget of 215");
}

TEST_F(PlanTest, TheEnvelopeCountsEveryTurnAndWhatItRepeats) {
  const auto tokens_of = [&](const std::string& follow_ups) {
    const std::string line = R"({"id":"c","prompt":"Say it",)" + follow_ups +
                             R"("expect":"it","scorer":"contains"})" + "\n";
    EXPECT_TRUE(base::write_file(folder_.path() / "cases.jsonl", line).has_value());
    return plan("[baseline]\nmax_tokens = 64\n").value();
  };
  const Plan one = tokens_of("");
  const Plan two = tokens_of(R"("follow_ups":["Why?"],)");
  EXPECT_EQ(two.envelope.runs, one.envelope.runs);
  // The second turn sends the opening again, the first answer of 64 tokens and two for "Why?"; it
  // may answer with 64 more. Two models, three repeats.
  const std::int64_t opening = one.envelope.tokens_worst / 6 - 64;
  EXPECT_EQ(two.envelope.tokens_worst, one.envelope.tokens_worst + 6 * (opening + 64 + 2 + 64));
  EXPECT_EQ(two.to_json()["canaries"][0]["prompt"], "Why?");
  EXPECT_EQ(two.to_json()["canaries"][0]["turns"], 2);
}

TEST_F(PlanTest, JsonHasTheContractsMembers) {
  const base::Json json = plan(kMatrix).value().to_json();
  for (const char* member : {"study", "hash", "cells", "runs", "tokens_worst", "wall_s_estimate"}) {
    EXPECT_TRUE(json.contains(member)) << member;
  }
  EXPECT_TRUE(json["cells"][0]["factor"].is_null());
  EXPECT_EQ(json["cells"][1]["factor"], "temperature");
  EXPECT_EQ(json["cells"][1]["level"], 0.7);
  EXPECT_EQ(json["hash"].get<std::string>().size(), 64U);
}

TEST_F(PlanTest, ModelsAreReadBackAsTheyWere) {
  const Plan made = plan(kMatrix).value();
  const auto models = models_of_plan(made.to_json(), folder_.path()).value();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[1].url, made.models[1].url);
  EXPECT_EQ(models[1].model, "b");
}

TEST(ModelsArgument, FoldersFilesAndEndpoints) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(base::write_file(folder.path() / "x.gguf", "").has_value());
  ASSERT_TRUE(base::write_file(folder.path() / "notes.txt", "").has_value());
  const auto found = models_from_argument(folder.path().string(), "").value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "x");
  const auto ollama = models_from_argument("http://127.0.0.1:11434#qwen3:8b", "KEY").value();
  EXPECT_EQ(ollama.at(0).url, "http://127.0.0.1:11434/v1");
  EXPECT_EQ(ollama.at(0).model, "qwen3:8b");
  EXPECT_EQ(ollama.at(0).key_env, "KEY");
  EXPECT_EQ(models_from_argument("https://h/api/v2#org/m", "").value().at(0).url,
            "https://h/api/v2");
  EXPECT_EQ(models_from_argument("https://h/api/v2#org/m", "").value().at(0).name, "org:m");
  EXPECT_FALSE(models_from_argument("http://h/v1", "").has_value());
  EXPECT_FALSE(models_from_argument("/nowhere", "").has_value());
}

}  // namespace
}  // namespace assay::study

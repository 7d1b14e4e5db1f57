#include "study/matrix.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace assay::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPlain =
    R"({"id":"plain","prompt":"Say it","expect":"it","scorer":"contains"})";
constexpr const char* kWithTools =
    R"({"id":"tools","prompt":"Wake me","tools":[{"type":"function","function":{"name":"wake"}}],)"
    R"("expect":null,"scorer":"tool_call"})";
constexpr const char* kOwnSystem =
    R"({"id":"own","system":"Mine.","prompt":"Say it","expect":"it","scorer":"contains"})";

constexpr const char* kThreeTurns =
    R"({"id":"turns","prompt":"Say it","follow_ups":["Again","Once more"],"expect":"it",)"
    R"("scorer":"contains"})";

/// Studies of one endpoint, which planning never asks.
class MatrixTest : public testing::Test {
 protected:
  base::Result<Plan> plan(const std::string& more,
                          const std::vector<std::string>& cases = {kPlain}) {
    std::string lines;
    for (const std::string& line : cases) lines += line + "\n";
    EXPECT_TRUE(base::write_file(folder_.path() / "cases.jsonl", lines).has_value());
    const std::string text =
        "[study]\nname = \"s\"\ntasks = \"cases.jsonl\"\n"
        "[[model]]\nname = \"a\"\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"a\"\n" +
        more;
    auto spec = parse_spec(text, "s.toml", folder_.path());
    if (!spec.has_value()) return std::move(spec).error();
    return make_plan(std::move(*spec), {false, {}, folder_.path()});
  }

  std::string error_of(const std::string& more, const std::vector<std::string>& cases = {kPlain}) {
    const auto made = plan(more, cases);
    return made.has_value() ? "no error" : made.error().to_string();
  }

  test::TemporaryFolder folder_;
};

std::vector<std::string> ids_of(const Plan& plan) {
  std::vector<std::string> ids;
  for (const Cell& cell : plan.cells) ids.push_back(cell.id);
  return ids;
}

TEST_F(MatrixTest, ANamedCellMovesOneSetting) {
  const Plan made = plan(
                        "[baseline]\ntemperature = 0.0\n"
                        "[[cell]]\nname = \"creative\"\nset = { temperature = 0.9 }\n")
                        .value();
  ASSERT_THAT(ids_of(made), ElementsAre("a/baseline", "a/creative"));
  EXPECT_EQ(made.cells[1].kind, CellKind::Level);
  EXPECT_EQ(made.cells[1].factor->name, "temperature");
  EXPECT_EQ(made.cells[1].level, 0.9);
  const base::Json json = made.to_json()["cells"][1];
  EXPECT_EQ(json["kind"], "level");
  EXPECT_EQ(base::dump_json(json["moves"]), R"({"temperature":0.9})");
}

TEST_F(MatrixTest, TwoSettingsInACellAreRefusedWithBothValues) {
  const std::string error = error_of(
      "[baseline]\ntemperature = 0.0\nmax_tokens = 32\n"
      "[[cell]]\nname = \"creative\"\nset = { temperature = 0.9, top_p = 0.5 }\n");
  EXPECT_THAT(error, HasSubstr("s.toml:11"));
  EXPECT_THAT(error, HasSubstr("cell `a/creative` must differ from its baseline in one setting, "
                               "but differs in 2"));
  EXPECT_THAT(error, HasSubstr("temperature (0.0 → 0.9)"));
  EXPECT_THAT(error, HasSubstr("top_p (not set → 0.5)"));
  EXPECT_THAT(error, HasSubstr("hint: "));
}

TEST_F(MatrixTest, ARefusalSpeaksInTheFilesWords) {
  const std::string error = error_of(
      "[baseline]\nthinking = false\n[prompts.rich]\nuser = \"Think. {{prompt}}\"\n"
      "[[cell]]\nname = \"x\"\nset = { thinking = true, prompt = \"rich\", "
      "reasoning_budget = 9 }\n");
  EXPECT_THAT(error, HasSubstr("differs in 3: "));
  EXPECT_THAT(error, HasSubstr("thinking (false → true)"));
  EXPECT_THAT(error, HasSubstr("reasoning_budget (not set → 9)"));
  EXPECT_THAT(error, HasSubstr("Think. Say it"));
}

TEST_F(MatrixTest, ASettingThatIsTheBaselinesOwnIsNoMove) {
  const Plan made =
      plan(
          "[baseline]\ntemperature = 0.0\nmax_tokens = 32\n"
          "[[cell]]\nname = \"creative\"\nset = { temperature = 0.9, max_tokens = 32 }\n"
          "[[cell]]\nname = \"same\"\nset = { temperature = 0 }\n")
          .value();
  ASSERT_THAT(ids_of(made), ElementsAre("a/baseline", "a/creative"));
  EXPECT_EQ(made.cells[1].moves.size(), 1U);
  EXPECT_THAT(made.notes.at(0), HasSubstr("a/same: left out"));
}

TEST_F(MatrixTest, TwoSettingsOfTheMessagesAreTwo) {
  const std::string error = error_of(
      "[[cell]]\nname = \"both\"\nset = { prompt = \"rich\", system_prompt = \"Be.\" }\n"
      "[prompts.rich]\nuser = \"Think. {{prompt}}\"\n");
  EXPECT_THAT(error, HasSubstr("differs in 2: prompt (not set → \"rich\"), system_prompt (not set "
                               "→ \"Be.\")"));
}

TEST_F(MatrixTest, ALevelThatNoRequestShowsIsLeftOutWithTheReason) {
  const std::string matrix =
      "[baseline]\ntool_choice = \"auto\"\n[factors]\ntool_choice = [\"required\"]\n"
      "system_prompt = [\"Be brief.\"]\nturns = [2]\necho_reasoning = [true]\n";
  const Plan without = plan(matrix, {kOwnSystem}).value();
  EXPECT_THAT(ids_of(without), ElementsAre("a/baseline"));
  EXPECT_THAT(without.notes,
              ElementsAre(HasSubstr("a/tool_choice=required: left out, it sends what a/baseline "
                                    "sends: no case has tools"),
                          HasSubstr("its own system message"), HasSubstr("takes more turns"),
                          HasSubstr("follow_ups")));
  const Plan with = plan(matrix, {kOwnSystem, kPlain, kWithTools}).value();
  EXPECT_THAT(ids_of(with),
              ElementsAre("a/baseline", "a/tool_choice=required", "a/system_prompt=Be brief."));
}

TEST_F(MatrixTest, TurnsAndEchoMoveOneSettingOfAConversation) {
  const Plan made = plan(
                        "[baseline]\necho_reasoning = false\n[factors]\nturns = [2, 3]\n"
                        "echo_reasoning = [true]\n",
                        {kThreeTurns})
                        .value();
  ASSERT_THAT(ids_of(made), ElementsAre("a/baseline", "a/turns=2", "a/echo_reasoning=true"));
  const auto turns = wire_differences(made, made.cells[0], made.cells[1]);
  ASSERT_EQ(turns.size(), 1U);
  EXPECT_EQ(turns[0].setting + " " + turns[0].baseline + " " + turns[0].cell, "turns 3 2");
  const auto echo = wire_differences(made, made.cells[0], made.cells[2]);
  ASSERT_EQ(echo.size(), 1U);
  EXPECT_EQ(echo[0].setting, "messages");
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("a/turns=3: left out")));
}

TEST_F(MatrixTest, OfTwoCellsThatSendTheSameOneIsLeftOut) {
  const Plan made = plan(
                        "[factors]\ntemperature = [0.9]\n"
                        "[[cell]]\nname = \"creative\"\nset = { temperature = 0.9 }\n")
                        .value();
  EXPECT_THAT(ids_of(made), ElementsAre("a/baseline", "a/temperature=0.9"));
  EXPECT_EQ(made.notes.at(0), "a/creative: left out, it sends what a/temperature=0.9 sends");
}

TEST_F(MatrixTest, DifferencesAreNamedAsOnTheWire) {
  const Plan made = plan(
                        "[baseline]\nsystem_prompt = \"Be brief.\"\nthinking = false\n"
                        "[factors]\nthinking = [true]\nsystem_prompt = [\"Be long.\"]\n")
                        .value();
  const auto thinking = wire_differences(made, made.cells[0], made.cells[1]);
  ASSERT_EQ(thinking.size(), 1U);
  EXPECT_EQ(thinking[0].setting, "chat_template_kwargs.enable_thinking");
  EXPECT_EQ(thinking[0].baseline + thinking[0].cell, "falsetrue");
  const auto messages = wire_differences(made, made.cells[0], made.cells[2]);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].setting, "messages");
  EXPECT_THAT(messages[0].baseline, HasSubstr("Be brief."));
  EXPECT_THAT(messages[0].cell, HasSubstr("Be long."));
}

TEST_F(MatrixTest, LongValuesAreShownWhereTheyDiffer) {
  const std::string same(200, 'x');
  const Plan made = plan("[baseline]\nsystem_prompt = \"" + same + "é1\"\n[factors]\n" +
                         "system_prompt = [\"" + same + "é2\"]\n")
                        .value();
  const auto differences = wire_differences(made, made.cells[0], made.cells[1]);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_THAT(differences[0].baseline, HasSubstr("é1"));
  EXPECT_THAT(differences[0].cell, HasSubstr("é2"));
}

TEST_F(MatrixTest, PromptAndReasoningGetTheirFourthCorner) {
  const std::string matrix =
      "[baseline]\nprompt = \"plain\"\nthinking = false\n"
      "[factors]\nprompt = [\"plain\", \"rich\", \"richer\"]\nthinking = [true]\n"
      "[prompts.rich]\nsystem = \"Be careful.\"\nuser = \"Question: {{prompt}}\"\n"
      "[prompts.richer]\nuser = \"Take your time. {{prompt}}\"\n";
  const Plan made = plan(matrix).value();
  ASSERT_THAT(ids_of(made), ElementsAre("a/baseline", "a/prompt=rich", "a/prompt=richer",
                                        "a/thinking=true", "a/check:prompt=rich+thinking=true"));
  const Cell& check = made.cells[4];
  EXPECT_EQ(check.kind, CellKind::Check);
  EXPECT_EQ(check.factor, nullptr);
  EXPECT_EQ(wire_differences(made, made.cells[0], check).size(), 2U);
  const base::Json json = made.to_json()["cells"][4];
  EXPECT_EQ(json["kind"], "check");
  EXPECT_TRUE(json["factor"].is_null());
  EXPECT_EQ(base::dump_json(json["moves"]), R"({"prompt":"rich","thinking":true})");
  EXPECT_EQ(base::dump_json(json["request"]["prompt"]),
            R"({"name":"rich","system":"Be careful.","user":"Question: {{prompt}}"})");
}

TEST_F(MatrixTest, WithoutBothFactorsThereIsNoCheck) {
  const Plan made = plan("[factors]\nthinking = [true]\nreasoning_effort = [\"high\"]\n").value();
  EXPECT_THAT(ids_of(made),
              ElementsAre("a/baseline", "a/thinking=true", "a/reasoning_effort=high"));
  EXPECT_THAT(made.notes, IsEmpty());
}

TEST_F(MatrixTest, ATemplatesTextIsPartOfTheStudysIdentity) {
  const auto id_with = [&](const std::string& user) {
    return plan("[factors]\nprompt = [\"rich\"]\n[prompts.rich]\nuser = \"" + user + "\"\n")
        .value()
        .id;
  };
  EXPECT_EQ(id_with("Think. {{prompt}}"), id_with("Think. {{prompt}}"));
  EXPECT_NE(id_with("Think. {{prompt}}"), id_with("Think! {{prompt}}"));
}

TEST_F(MatrixTest, ServersAreComparedByTheirFlags) {
  Plan made = plan("[factors]\ntemperature = [1.0]\n").value();
  made.models[0].gguf = "m.gguf";
  Cell offload = made.cells[0];
  offload.guest.kv_offload = true;
  Cell held = made.cells[0];
  held.guest.kv_offload = false;
  held.guest.threads = 2;
  const auto differences = wire_differences(made, offload, held);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].setting, "--kv-offload");
  EXPECT_EQ(differences[0].baseline + " " + differences[0].cell, "on off");
  EXPECT_EQ(differences[1].setting, "--threads");
  EXPECT_EQ(differences[1].baseline, "not set");
}

}  // namespace
}  // namespace assay::study

#include "study/spec.h"

#include <gmock/gmock.h>

namespace assay::study {
namespace {

using testing::HasSubstr;

constexpr const char* kMinimal = R"([study]
name = "first"
tasks = ["cases.jsonl"]

[[model]]
name = "m"
gguf = "m.gguf"
)";

base::Result<StudySpec> parse(const std::string& text) {
  return parse_spec(text, "s.toml", "/where");
}

std::string error_of(const std::string& text) {
  const auto spec = parse(text);
  return spec.has_value() ? "no error" : spec.error().to_string();
}

TEST(StudyFile, DefaultsAndRelativePaths) {
  const StudySpec spec = parse(kMinimal).value();
  EXPECT_EQ(spec.repeats, 3);
  EXPECT_EQ(spec.seed, 1U);
  EXPECT_DOUBLE_EQ(spec.margin, 0.05);
  EXPECT_EQ(spec.tasks.at(0), "/where/cases.jsonl");
  EXPECT_EQ(spec.models.at(0).gguf, "/where/m.gguf");
  EXPECT_FALSE(spec.budget.any());
}

TEST(StudyFile, ReadsEverythingInTheOrderOfTheFile) {
  const StudySpec spec = parse(R"([study]
name = "full"
tasks = "pack"
repeats = 5
seed = 9
canaries = 40
margin = 0.1
timeout_s = 2.5
budget = { runs = 100, tokens = 5000, wall_s = 60.5, cost_usd = 1 }
[[model]]
name = "far"
url = "http://127.0.0.1:1/v1"
model = "x"
key_env = "FAR_KEY"
price_input = 0.5
price_output = 1.5
[baseline]
temperature = 0.0
max_tokens = 64
[factors]
top_p = [0.5, 1.0]
max_tokens = [8]
cache_type_k = ["q8_0"]
)")
                             .value();
  EXPECT_EQ(spec.repeats, 5);
  EXPECT_EQ(spec.canaries, 40);
  EXPECT_EQ(spec.timeout_s, 2.5);
  EXPECT_EQ(spec.budget.runs, 100);
  EXPECT_EQ(spec.budget.wall_s, 60.5);
  EXPECT_EQ(spec.models.at(0).key_env, "FAR_KEY");
  EXPECT_EQ(spec.models.at(0).price_output, 1.5);
  ASSERT_EQ(spec.factors.size(), 3U);
  EXPECT_EQ(spec.factors[0].factor->name, "top_p");
  EXPECT_EQ(spec.factors[2].factor->name, "cache_type_k");
  EXPECT_EQ(spec.baseline.at(0).factor->name, "temperature");
}

TEST(StudyFile, ABudgetMayBeATimeOrANumberOfRuns) {
  const std::string head = "[study]\nname = \"x\"\ntasks = \"t\"\n";
  EXPECT_EQ(parse(head + "budget = \"30 min\"\n").value().budget.wall_s, 1800);
  EXPECT_EQ(parse(head + "budget = \"1.5h\"\n").value().budget.wall_s, 5400);
  EXPECT_EQ(parse(head + "budget = 200\n").value().budget.runs, 200);
}

TEST(StudyFile, ReadsHowItLooksAndDecides) {
  const StudySpec plain = parse(kMinimal).value();
  EXPECT_EQ(plain.looks, 0);
  EXPECT_DOUBLE_EQ(plain.alpha, 0.05);
  EXPECT_EQ(plain.spending, "obrien_fleming");
  EXPECT_EQ(plain.decision.rank, "speed");
  EXPECT_FALSE(plain.decision.accuracy_least);
  const StudySpec spec = parse(R"([study]
name = "x"
tasks = "t"
looks = 6
alpha = 0.01
spending = "pocock"
[decision]
accuracy_least = 0.9
ttft_ms_most = 500
memory_bytes_most = 4e9
cost_usd_per_1000_most = 0
rank = "memory"
)")
                             .value();
  EXPECT_EQ(spec.looks, 6);
  EXPECT_DOUBLE_EQ(spec.alpha, 0.01);
  EXPECT_EQ(spec.spending, "pocock");
  EXPECT_EQ(spec.decision.accuracy_least, 0.9);
  EXPECT_EQ(spec.decision.ttft_ms_most, 500);
  EXPECT_EQ(spec.decision.memory_bytes_most, 4e9);
  EXPECT_EQ(spec.decision.cost_usd_per_1000_most, 0);
  EXPECT_EQ(spec.decision.rank, "memory");
}

TEST(StudyFile, ErrorsInLooksAndDecisionNameThePlace) {
  const std::string head = "[study]\nname = \"x\"\ntasks = \"t\"\n";
  EXPECT_THAT(error_of(head + "looks = 0\n"),
              HasSubstr("s.toml:4: [study] looks: expected an integer of at least 1, found"));
  EXPECT_THAT(error_of(head + "looks = 2.5\n"), HasSubstr("s.toml:4: [study] looks"));
  for (const char* alpha : {"0", "0.5", "-0.1", "nan", "\"5%\""}) {
    EXPECT_THAT(error_of(head + "alpha = " + alpha + "\n"),
                HasSubstr("s.toml:4: [study] alpha: expected a number from 0.0001 to 0.2"))
        << alpha;
  }
  EXPECT_THAT(
      error_of(head + "spending = \"haybittle\"\n"),
      HasSubstr("s.toml:4: [study] spending: expected one of obrien_fleming pocock, found"));
  const std::string decision = head + "[decision]\n";
  EXPECT_THAT(error_of(decision + "accuracy_least = 90\n"),
              HasSubstr("s.toml:5: [decision] accuracy_least: expected a number from 0 to 1"));
  EXPECT_THAT(error_of(decision + "ttft_ms_most = -1\n"),
              HasSubstr("s.toml:5: [decision] ttft_ms_most: expected a number of at least 0"));
  EXPECT_THAT(error_of(decision + "rank = \"beauty\"\n"),
              HasSubstr("s.toml:5: [decision] rank: expected one of speed memory accuracy cost"));
  EXPECT_THAT(error_of(decision + "acuracy_least = 0.9\n"),
              HasSubstr("did you mean `accuracy_least`?"));
  EXPECT_THAT(error_of("decision = 3\n" + head), HasSubstr("s.toml:1: decision"));
}

TEST(StudyFile, UnknownFactorSuggestsTheNearest) {
  const std::string error = error_of(std::string(kMinimal) + "[factors]\ntemprature = [1.0]\n");
  EXPECT_THAT(error, HasSubstr("s.toml:9"));
  EXPECT_THAT(error, HasSubstr("unknown factor `temprature`"));
  EXPECT_THAT(error, HasSubstr("did you mean `temperature`?"));
}

TEST(StudyFile, ErrorsNameLineKeyExpectedAndFound) {
  const std::string head = kMinimal;
  EXPECT_THAT(
      error_of(head + "[factors]\ntemperature = 1.0\n"),
      HasSubstr("s.toml:9: [factors] temperature: expected a list of levels, found the number 1"));
  EXPECT_THAT(error_of(head + "[baseline]\nmax_tokens = \"many\"\n"),
              HasSubstr("s.toml:9: [baseline] max_tokens: expected an integer, found \"many\""));
  EXPECT_THAT(error_of(head + "[baseline]\ntop_p = 1.5\n"),
              HasSubstr("expected a value from 0 to 1"));
  EXPECT_THAT(error_of(head + "[factors]\ncache_type_k = [\"q8\"]\n"),
              HasSubstr("did you mean \"q8_0\"?"));
  EXPECT_THAT(error_of(head + "[factors]\ntop_k = [1, 1]\n"),
              HasSubstr("level 1 stands there twice"));
  EXPECT_THAT(error_of("[study]\nname = \"x\"\n"), HasSubstr("[study] lacks `tasks`"));
  EXPECT_THAT(error_of("[study]\nname = \"x\"\ntasks = [3]\n"),
              HasSubstr("s.toml:3: [study] tasks"));
  EXPECT_THAT(error_of("name = 1\n"), HasSubstr("unknown key `name` in the study file"));
  EXPECT_THAT(error_of(""), HasSubstr("expected a [study] table"));
  EXPECT_THAT(error_of(head + "[study]\n"), HasSubstr("s.toml:8"));
  EXPECT_THAT(error_of("[study]\nname = \"x\"\ntasks = \"t\"\nbudget = \"3 weeks\"\n"),
              HasSubstr("expected a number of runs, a time such as"));
  EXPECT_THAT(error_of("[study]\nname = \"x\"\ntasks = \"t\"\nrepeats = 0\n"),
              HasSubstr("an integer of at least 1, found the integer 0"));
}

TEST(StudyFile, ReadsPromptsAndCells) {
  const StudySpec spec = parse(std::string(kMinimal) + R"([baseline]
prompt = "plain"
[factors]
prompt = ["rich"]
[prompts.rich]
system = "Be careful."
user = "Question: {{prompt}}"
[prompts.brief]
system = "Be brief."
[[cell]]
name = "creative"
set = { top_p = 0.5, temperature = 0.9 }
)")
                             .value();
  ASSERT_EQ(spec.prompts.size(), 2U);
  EXPECT_EQ(spec.prompts[0].name, "rich");
  EXPECT_EQ(spec.prompts[0].user, "Question: {{prompt}}");
  EXPECT_EQ(spec.prompts[1].user, "");
  ASSERT_EQ(spec.cells.size(), 1U);
  EXPECT_EQ(spec.cells[0].name, "creative");
  EXPECT_THAT(spec.cells[0].place, HasSubstr("s.toml:17"));
  ASSERT_EQ(spec.cells[0].set.size(), 2U);
  EXPECT_EQ(spec.cells[0].set[0].factor->name, "top_p") << "in the order of the file";
}

TEST(StudyFile, ErrorsInPromptsNameWhatIsKnown) {
  const std::string head = std::string(kMinimal) + "[prompts.rich]\nuser = \"A {{prompt}}\"\n";
  const std::string unknown = error_of(head + "[factors]\nprompt = [\"ritch\"]\n");
  EXPECT_THAT(unknown, HasSubstr("s.toml:11: [factors] prompt: expected a prompt template, found "
                                 "\"ritch\"; known: plain, rich"));
  EXPECT_THAT(unknown, HasSubstr("did you mean \"rich\"?"));
  EXPECT_THAT(error_of(head + "[baseline]\nprompt = \"else\"\n"), HasSubstr("[prompts.else]"));
  EXPECT_THAT(
      error_of(head + "[prompts.a]\nuser = \"no mark\"\n"),
      HasSubstr("s.toml:11: [prompts.a] user: expected {{prompt}} exactly once, found it 0"));
  EXPECT_THAT(error_of(head + "[prompts.a]\nuser = \"{{prompt}}{{prompt}}\"\n"),
              HasSubstr("found it 2 times"));
  EXPECT_THAT(error_of(head + "[prompts.plain]\nuser = \"{{prompt}}\"\n"),
              HasSubstr("`plain` is built in"));
  EXPECT_THAT(error_of(head + "[prompts.a]\n"), HasSubstr("lacks both `system` and `user`"));
  EXPECT_THAT(error_of(head + "[prompts.a]\nsytem = \"x\"\n"), HasSubstr("did you mean `system`?"));
  EXPECT_THAT(error_of(std::string(kMinimal) + "prompts = 3\n"), HasSubstr("prompts"));
}

TEST(StudyFile, ErrorsInCellsNameThePlace) {
  const std::string head = kMinimal;
  EXPECT_THAT(error_of(head + "[[cell]]\nname = \"x\"\n"), HasSubstr("[[cell]] lacks `set`"));
  EXPECT_THAT(error_of(head + "[[cell]]\nset = { top_k = 1 }\n"),
              HasSubstr("[[cell]] lacks `name`"));
  EXPECT_THAT(error_of(head + "[[cell]]\nname = \"a/b\"\nset = { top_k = 1 }\n"),
              HasSubstr("expected a name without `/`, `=` and `:`"));
  EXPECT_THAT(error_of(head + "[[cell]]\nname = \"a\"\nset = {}\n"),
              HasSubstr("a table with one setting"));
  EXPECT_THAT(error_of(head + "[[cell]]\nname = \"a\"\nset = { topk = 1 }\n"),
              HasSubstr("did you mean `top_k`?"));
  EXPECT_THAT(error_of(head + "[[cell]]\nname = \"a\"\nset = { top_k = 1 }\n"
                              "[[cell]]\nname = \"a\"\nset = { top_k = 2 }\n"),
              HasSubstr("two cells are called `a`"));
}

TEST(StudyFile, AModelIsAFileOrAnEndpoint) {
  const std::string head = "[study]\nname = \"x\"\ntasks = \"t\"\n[[model]]\nname = \"m\"\n";
  EXPECT_THAT(error_of(head), HasSubstr("needs exactly one of `gguf` and `url`"));
  EXPECT_THAT(error_of(head + "gguf = \"a\"\nurl = \"http://h/v1\"\n"),
              HasSubstr("exactly one of"));
  EXPECT_THAT(error_of(head + "url = \"http://h/v1\"\n"), HasSubstr("has a `url` but no `model`"));
  EXPECT_THAT(error_of(head + "gguf = \"a\"\n[[model]]\nname = \"m\"\ngguf = \"b\"\n"),
              HasSubstr("two models are called `m`"));
}

}  // namespace
}  // namespace assay::study

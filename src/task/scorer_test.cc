#include "task/scorer.h"

#include <set>

#include "base/text.h"
#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ScorerTable, NamesEveryScorerOnceWithAnExampleThatIsAccepted) {
  std::set<std::string_view> names;
  for (const ScorerRow& row : scorers()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    const auto cases = parse_cases(row.example, row.name);
    ASSERT_TRUE(cases.has_value()) << cases.error().to_string();
    EXPECT_EQ(base::string_member(cases->front().scorer, "type"), row.name);
  }
  EXPECT_EQ(names.size(), 7U);
}

TEST(ScorerTable, AcceptsEveryOptionWithTheValueItHasWhenAbsent) {
  for (const ScorerRow& row : scorers()) {
    Case task_case = parse_cases(row.example, row.name)->front();
    for (const auto options : {row.options, common_scorer_options()}) {
      for (const ScorerOption& option : options) {
        task_case.scorer[std::string(option.name)] = base::Json::parse(option.fallback);
      }
    }
    const auto status = check_case(task_case);
    EXPECT_TRUE(status.has_value()) << row.name << ": " << status.error().to_string();
  }
}

TEST(Scorer, SuggestsTheNearestName) {
  EXPECT_EQ(refusal_of(case_of(R"({"type": "contain"})", R"("a")")),
            "scorer: expected a scorer, found \"contain\"\n"
            "hint: did you mean `contains`? known: exact, normalized, contains, regex, numeric, "
            "json_equal, tool_call");
  EXPECT_THAT(refusal_of(case_of(R"({"type": "levenshtein"})", R"("a")")),
              HasSubstr("hint: known: exact"));
  EXPECT_THAT(refusal_of(case_of(R"({"name": "exact"})", R"("a")")),
              HasSubstr("a scorer's name or an object with its `type`"));
}

TEST(Scorer, SuggestsTheNearestOption) {
  EXPECT_EQ(refusal_of(case_of(R"({"type": "contains", "case_sensitiv": true})", R"("a")")),
            "scorer.case_sensitiv: the scorer `contains` has no such key\n"
            "hint: did you mean `case_sensitive`? known: type, all, whole_words, case_sensitive, "
            "keep_reasoning");
}

TEST(Scorer, DoesNotJudgeWithABrokenCase) {
  const auto result = score(case_of(R"({"type": "numeric"})", R"("x")"), Reply{"1", {}});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, base::ErrorKind::BadInput);
}

TEST(Scorer, KeepsTheReasonToOneShortHarmlessLine) {
  const std::string hostile = "\x1b[31mred\x1b[0m\n\u202Egnp.exe\xFF " + std::string(5000, 'w');
  const std::string expect =
      "[\"" + std::string(300, 'y') + "\", \"" + std::string(300, 'z') + "\"]";
  const std::string reason = score_of(case_of(R"({"type": "exact"})", expect), hostile).reason;
  EXPECT_LE(base::display_width(reason), 200U);
  EXPECT_THAT(reason, Not(HasSubstr("\x1b")));
  EXPECT_THAT(reason, Not(HasSubstr("\n")));
  EXPECT_THAT(reason, Not(HasSubstr("\u202E")));
  EXPECT_THAT(reason, HasSubstr("found \"[31mred[0m gnp.exe\uFFFD www"));
}

TEST(Scorer, OutlivesItsCase) {
  Scorer scorer;
  {
    const Case task_case = case_of(R"({"type": "normalized"})", R"(["Paris"])");
    auto made = make_scorer(task_case);
    ASSERT_TRUE(made.has_value());
    scorer = *std::move(made);
  }
  EXPECT_EQ(scorer(Reply{"paris", {}})->value, 1);
}

}  // namespace
}  // namespace assay::task

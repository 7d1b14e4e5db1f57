#include "task/reasoning.h"

#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

TEST(Reasoning, LeavesOutALeadingClosedBlock) {
  EXPECT_EQ(answer_after_reasoning("<think>7*6</think>\n42"), "\n42");
  EXPECT_EQ(answer_after_reasoning("\n <think></think>42"), "42");
  EXPECT_EQ(answer_after_reasoning("<thinking>a</thinking>b"), "b");
  EXPECT_EQ(answer_after_reasoning("<reasoning>a</reasoning>b"), "b");
}

TEST(Reasoning, EndsABlockThatTheTemplateOpened) {
  EXPECT_EQ(answer_after_reasoning("first I add\n</think>\n42"), "\n42");
}

TEST(Reasoning, FindsNoAnswerInABlockThatNeverCloses) {
  EXPECT_EQ(answer_after_reasoning("<think>maybe 42"), "");
}

TEST(Reasoning, LeavesOtherTextsAlone) {
  EXPECT_EQ(answer_after_reasoning(" 42 "), " 42 ");
  EXPECT_EQ(answer_after_reasoning("Write <think>a</think> there"), "Write <think>a</think> there");
  EXPECT_EQ(answer_after_reasoning(""), "");
}

TEST(Reasoning, IsNotSeenByAScorerUnlessKept) {
  const std::string reply = "<think>Rome? No.</think>Oslo";
  EXPECT_EQ(score_of(case_of(R"({"type": "contains"})", R"("Rome")"), reply).value, 0);
  EXPECT_EQ(score_of(case_of(R"({"type": "exact"})", R"("Oslo")"), reply).value, 1);
  EXPECT_EQ(score_of(case_of(R"({"type": "contains", "keep_reasoning": true})", R"("Rome")"), reply)
                .value,
            1);
}

}  // namespace
}  // namespace assay::task

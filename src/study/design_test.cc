#include "study/design.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using testing::ElementsAre;

constexpr const char* kMatrix = "[factors]\ntemperature = [0.7, 1.5]\n";

TEST(Design, TheRunningOrderIsAPermutationThatTheSeedDecides) {
  const auto order = [](const std::string& study) {
    return plan_of({.matrix = kMatrix, .study = study}).value().design.order;
  };
  std::vector<std::size_t> sorted = order("");
  EXPECT_FALSE(std::is_sorted(sorted.begin(), sorted.end()));
  EXPECT_EQ(order(""), sorted);
  EXPECT_NE(order("seed = 2\n"), sorted);
  EXPECT_EQ(order("repeats = 5\n"), sorted);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> all(40);
  std::iota(all.begin(), all.end(), std::size_t{0});
  EXPECT_EQ(sorted, all);
}

TEST(Design, TenLooksOnOneLoadAndFiveOnSeveral) {
  const Plan plan = plan_of({.matrix = kMatrix, .canaries = 100}).value();
  EXPECT_THAT(plan.design.looks, ElementsAre(10, 20, 30, 40, 50, 60, 70, 80, 90, 100));
  EXPECT_THAT(with_load(plan, {1}).design.looks, ElementsAre(20, 40, 60, 80, 100));
}

TEST(Design, LoadsOfDifferentModelsAreNotSeveral) {
  const Plan plan = plan_of({.matrix = kMatrix, .canaries = 100, .models = 2}).value();
  EXPECT_EQ(plan.design.looks.size(), kLooksOfOneLoad);
  EXPECT_EQ(with_load(plan, {5}).design.looks.size(), kLooksOfManyLoads);
}

TEST(Design, NoLookBeforeEnoughCanariesAndTheLastAtAll) {
  EXPECT_THAT(plan_of({.matrix = kMatrix}).value().design.looks,
              ElementsAre(8, 12, 16, 20, 24, 28, 32, 36, 40));
  EXPECT_THAT(plan_of({.matrix = kMatrix, .canaries = 3}).value().design.looks, ElementsAre(3));
}

TEST(Design, OneLookWhereItIsFixedAndWhereNoVerdictIsGiven) {
  const Plan fixed = plan_of({.matrix = kMatrix, .study = "looks = 7\n", .fixed = true}).value();
  EXPECT_THAT(fixed.design.looks, ElementsAre(40));
  EXPECT_TRUE(fixed.design.fixed());
  const Plan single = plan_of({.matrix = kMatrix, .study = "repeats = 2\n"}).value();
  EXPECT_THAT(single.design.looks, ElementsAre(40));
}

TEST(Design, TheFilesKeysDecide) {
  const Plan plan =
      plan_of({.matrix = kMatrix,
               .study = "looks = 4\nalpha = 0.1\nspending = \"pocock\"\nmargin = 0.02\n"})
          .value();
  EXPECT_THAT(plan.design.looks, ElementsAre(10, 20, 30, 40));
  EXPECT_FALSE(plan.design.fixed());
  const stats::MatrixDesign matrix = matrix_design(plan.design, plan.spec.margin);
  EXPECT_EQ(matrix.looks, plan.design.looks);
  EXPECT_DOUBLE_EQ(matrix.alpha, 0.1);
  EXPECT_DOUBLE_EQ(matrix.margin, 0.02);
  EXPECT_EQ(matrix.spending, stats::Spending::Pocock);
}

}  // namespace
}  // namespace assay::study

#include "stats/pass_at_k.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay::stats {
namespace {

double at_k(const std::vector<Attempts>& cases, std::int64_t k) {
  return pass_at_k(cases, k).value();
}

double all_k(const std::vector<Attempts>& cases, std::int64_t k) {
  return pass_all_k(cases, k).value();
}

TEST(PassAtK, AgreesWithCountingDraws) {
  EXPECT_NEAR(at_k({{1, 3}}, 2), 2.0 / 3, 1e-15);
  EXPECT_NEAR(at_k({{3, 10}}, 5), 1 - 21.0 / 252, 1e-15);  // 1 − C(7, 5)/C(10, 5).
  EXPECT_NEAR(at_k({{3, 10}}, 1), 0.3, 1e-15);
}

TEST(PassAtK, AgreesWithTheProductOfChen) {
  // Listing of Chen et al. (2021): 1 − Π (1 − k/i), i from n − c + 1 to n; here of n = 200, c = 7.
  double product = 1;
  for (int i = 194; i <= 200; ++i) product *= 1 - 100.0 / i;
  EXPECT_NEAR(at_k({{7, 200}}, 100), 1 - product, 1e-13);
}

TEST(PassAllK, AgreesWithCountingDraws) {
  EXPECT_NEAR(all_k({{2, 3}}, 2), 1.0 / 3, 1e-15);
  EXPECT_NEAR(all_k({{7, 10}}, 5), 21.0 / 252, 1e-15);
  EXPECT_NEAR(all_k({{7, 10}}, 1), 0.7, 1e-15);
}

TEST(PassAtK, IsTheMeanOverCasesWhateverTheirTrials) {
  EXPECT_NEAR(at_k({{1, 3}, {0, 5}, {4, 4}}, 2), (2.0 / 3 + 0 + 1) / 3, 1e-15);
  EXPECT_NEAR(all_k({{1, 3}, {3, 4}, {4, 4}}, 2), (0 + 0.5 + 1) / 3, 1e-15);
}

TEST(PassAtK, IsCertainWhereNothingElseCanBeDrawn) {
  EXPECT_EQ(at_k({{2, 5}}, 4), 1);  // Only three failed.
  EXPECT_EQ(at_k({{5, 5}}, 5), 1);
  EXPECT_EQ(at_k({{0, 5}}, 5), 0);
  EXPECT_EQ(all_k({{5, 5}}, 5), 1);
  EXPECT_EQ(all_k({{4, 5}}, 5), 0);
}

TEST(PassAtK, DoesNotOverflow) {
  EXPECT_NEAR(at_k({{1, 1'000'000}}, 500'000), 0.5, 1e-9);
  EXPECT_NEAR(all_k({{999'999, 1'000'000}}, 500'000), 0.5, 1e-9);
}

TEST(PassAtK, SaysWhichCaseHasTooFewTrials) {
  const std::vector<Attempts> cases{{1, 5}, {1, 3}};
  for (const auto& result : {pass_at_k(cases, 5), pass_all_k(cases, 5)}) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, base::ErrorKind::BadInput);
    EXPECT_EQ(result.error().message,
              "expected at least k = 5 trials of every case, found 3 of case 2");
  }
}

TEST(PassAtK, NeedsACase) {
  EXPECT_FALSE(pass_at_k({}, 1).has_value());
  EXPECT_FALSE(pass_all_k({}, 1).has_value());
}

}  // namespace
}  // namespace assay::stats

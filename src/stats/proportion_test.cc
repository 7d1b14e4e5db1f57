#include "stats/proportion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

void expect_interval(const Interval& interval, double low, double high, double tolerance) {
  EXPECT_NEAR(interval.low, low, tolerance);
  EXPECT_NEAR(interval.high, high, tolerance);
}

TEST(ClopperPearson, AgreesWithClosedFormsAtTheEnds) {
  // With x = n the lower limit solves p^n = 0.025; with x = 0 the upper is its mirror.
  for (const int trials : {1, 3, 10, 1000}) {
    const double limit = std::pow(0.025, 1.0 / trials);
    expect_interval(clopper_pearson(trials, trials), limit, 1, 1e-12);
    expect_interval(clopper_pearson(0, trials), 0, 1 - limit, 1e-12);
    EXPECT_EQ(clopper_pearson(trials, trials).high, 1);
    EXPECT_EQ(clopper_pearson(0, trials).low, 0);
  }
}

TEST(ClopperPearson, AgreesWithRsBinomTest) {
  // R, example of ?binom.test: binom.test(682, 925): 0.7076683 0.7654066.
  expect_interval(clopper_pearson(682, 925), 0.7076683, 0.7654066, 5e-8);
  // scipy 1.17, binomtest(7, 20).proportion_ci(0.9, "exact").
  expect_interval(clopper_pearson(7, 20, 0.9), 0.17731091757446915, 0.5580345113154889, 1e-9);
}

TEST(ClopperPearson, KnowsNothingWithoutTrials) { expect_interval(clopper_pearson(0, 0), 0, 1, 0); }

TEST(ClopperPearsonOfShare, IsTheSameForWholeNumbers) {
  for (const int right : {0, 7, 20}) {
    const Interval exact = clopper_pearson(right, 20, 0.9);
    expect_interval(clopper_pearson_of_share(right / 20.0, 20, 0.9), exact.low, exact.high, 1e-12);
  }
  expect_interval(clopper_pearson_of_share(1, 2.5), std::pow(0.025, 1 / 2.5), 1, 1e-12);
  expect_interval(clopper_pearson_of_share(0.5, 0), 0, 1, 0);
}

TEST(Posterior, CountsPriorAndTrialsTogether) {
  const Beta belief = posterior({2, 3}, 7, 10);
  EXPECT_EQ(belief.successes, 9);
  EXPECT_EQ(belief.failures, 6);
}

TEST(CredibleInterval, IsTheCentralPartOfThePosterior) {
  // scipy 1.17, beta.ppf([0.025, 0.975], 7.5, 13.5) and beta.ppf([0.05, 0.95], 9, 15).
  expect_interval(credible_interval(7, 20), 0.17227621, 0.56776609, 1e-8);
  expect_interval(credible_interval(7, 20, 0.9, {2, 2}), 0.22163585, 0.54045586, 1e-8);
}

TEST(CredibleInterval, AgreesWithClosedFormsUnderAFlatPrior) {
  // After n of n successes Beta(n + 1, 1) has the distribution function p^(n + 1).
  expect_interval(credible_interval(4, 4, 0.95, {1, 1}), std::pow(0.025, 0.2), 1, 1e-12);
  expect_interval(credible_interval(0, 4, 0.95, {1, 1}), 0, 1 - std::pow(0.025, 0.2), 1e-12);
}

TEST(CredibleInterval, ReachesTheEndsThatWereSeen) {
  // scipy 1.17, beta.ppf(0.025, 3.5, 0.5).
  expect_interval(credible_interval(3, 3), 0.46441675695704965, 1, 1e-12);
  expect_interval(credible_interval(0, 3), 0, 1 - 0.46441675695704965, 1e-12);
  expect_interval(credible_interval(0, 0), 0, 1, 0);
}

TEST(BetaBinomial, IsUniformUnderAFlatPrior) {
  for (int successes = 0; successes <= 10; ++successes) {
    EXPECT_NEAR(beta_binomial_log_probability(successes, 10, {1, 1}), -std::log(11), 1e-12);
  }
  EXPECT_NEAR(beta_binomial_log_probability(0, 0, {0.5, 0.5}), 0, 1e-12);
}

TEST(BetaBinomial, AgreesWithScipyAndSumsToOne) {
  // scipy 1.17, betabinom.logpmf(3, 10, 2, 3) and logpmf(400, 1000, 0.5, 0.5).
  EXPECT_NEAR(beta_binomial_log_probability(3, 10, {2, 3}), -1.9389414797392193, 1e-12);
  EXPECT_NEAR(beta_binomial_log_probability(400, 1000, {0.5, 0.5}), -7.339447820239669, 1e-9);
  double sum = 0;
  for (int successes = 0; successes <= 30; ++successes) {
    sum += std::exp(beta_binomial_log_probability(successes, 30, {0.3, 2.5}));
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(BetaBinomial, LetsRepeatsResembleEachOther) {
  // Three of three is likelier than under independent trials of the same mean: 0.5^3.
  EXPECT_GT(beta_binomial_log_probability(3, 3, {0.2, 0.2}), std::log(0.3));
}

}  // namespace
}  // namespace assay::stats

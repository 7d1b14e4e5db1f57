#include "stats/proportion.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "base/check.h"

namespace assay::stats {
namespace {

void check_counts(std::int64_t successes, std::int64_t trials) {
  ASSAY_CHECK(successes >= 0 && successes <= trials, "successes are some of the trials");
}

double beta_quantile(double successes, double failures, double probability) {
  return boost::math::quantile(boost::math::beta_distribution<>(successes, failures), probability);
}

/// log B(a, b). Boost's beta() underflows for counts in the hundreds.
double log_beta(double a, double b) {
  using boost::math::lgamma;  // std::lgamma writes a global, `signgam`.
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}

}  // namespace

Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence) {
  check_counts(successes, trials);
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  const auto right = static_cast<double>(successes);
  const auto wrong = static_cast<double>(trials - successes);
  const double outside = (1 - confidence) / 2;
  return {successes == 0 ? 0 : beta_quantile(right, wrong + 1, outside),
          successes == trials ? 1 : beta_quantile(right + 1, wrong, 1 - outside)};
}

Interval clopper_pearson_of_share(double share, double trials, double confidence) {
  ASSAY_CHECK(share >= 0 && share <= 1 && trials >= 0, "a share of some trials");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  const double right = share * trials;
  const double wrong = (1 - share) * trials;
  const double outside = (1 - confidence) / 2;
  return {right > 0 ? beta_quantile(right, wrong + 1, outside) : 0,
          wrong > 0 ? beta_quantile(right + 1, wrong, 1 - outside) : 1};
}

Beta posterior(const Beta& prior, std::int64_t successes, std::int64_t trials) {
  check_counts(successes, trials);
  ASSAY_CHECK(prior.successes > 0 && prior.failures > 0, "a Beta distribution has shapes above 0");
  return {prior.successes + static_cast<double>(successes),
          prior.failures + static_cast<double>(trials - successes)};
}

Interval credible_interval(std::int64_t successes, std::int64_t trials, double confidence,
                           const Beta& prior) {
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  const Beta belief = posterior(prior, successes, trials);
  const double outside = (1 - confidence) / 2;
  return {successes == 0 ? 0 : beta_quantile(belief.successes, belief.failures, outside),
          successes == trials ? 1 : beta_quantile(belief.successes, belief.failures, 1 - outside)};
}

double beta_binomial_log_probability(std::int64_t successes, std::int64_t trials,
                                     const Beta& beta) {
  const Beta belief = posterior(beta, successes, trials);
  const auto right = static_cast<double>(successes);
  const auto all = static_cast<double>(trials);
  // C(n, x) = 1 / ((n + 1) B(x + 1, n − x + 1)).
  return log_beta(belief.successes, belief.failures) - log_beta(beta.successes, beta.failures) -
         std::log(all + 1) - log_beta(right + 1, all - right + 1);
}

}  // namespace assay::stats

// Exact and Bayesian intervals of a proportion, for samples too small for approximations. Called
// where few trials are summed up: `finding`, `arena`. Pure functions; thread-safe.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace assay::stats {

/// The exact interval of Clopper and Pearson (1934): all proportions that neither one-sided
/// binomial test rejects at (1 − confidence)/2. Its limits are quantiles of Beta(x, n − x + 1) and
/// Beta(x + 1, n − x); exactly 0 when x = 0, exactly 1 when x = n. It holds the truth at least as
/// often as it says and is therefore wider than wilson(). Requires 0 ≤ successes ≤ trials and
/// 0 < confidence < 1. clopper_pearson(3, 3) = [0.2924, 1]; of (0, 0), = [0, 1].
Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

/// The same of a share seen in as many independent trials as a series is worth, which need not be a
/// whole number: quantiles of Beta(np, n(1 − p) + 1) and Beta(np + 1, n(1 − p)). Requires share in
/// [0, 1] and trials ≥ 0. (1, 3) = [0.2924, 1], as of 3 of 3.
Interval clopper_pearson_of_share(double share, double trials, double confidence = 0.95);

/// A Beta distribution of a proportion: what is believed about it. Both shapes are above 0. The
/// default is Jeffreys' prior, Beta(1/2, 1/2), which is worth one trial.
struct Beta {
  double successes = 0.5;  ///< α.
  double failures = 0.5;   ///< β.
};

/// The belief after seeing trials: Beta(α + x, β + n − x). Requires 0 ≤ successes ≤ trials.
Beta posterior(const Beta& prior, std::int64_t successes, std::int64_t trials);

/// The central credible interval of the posterior, its lower limit set to 0 when x = 0 and its
/// upper to 1 when x = n, without which a proportion near an end is nearly never held (Brown, Cai
/// and DasGupta 2001, section 3.1.3, of Jeffreys' prior). Requires 0 ≤ successes ≤ trials and
/// 0 < confidence < 1. credible_interval(3, 3) = [0.4644, 1].
Interval credible_interval(std::int64_t successes, std::int64_t trials, double confidence = 0.95,
                           const Beta& prior = {});

/// The logarithm of the Beta-binomial probability of x successes among n trials whose proportion
/// is drawn from `beta`: log [C(n, x) B(x + α, n − x + β) / B(α, β)] (Skellam 1948). Its sum over
/// canaries is the log-likelihood of their repeats, of which it makes fewer than independent
/// trials. Requires 0 ≤ successes ≤ trials. Under Beta(1, 1) every count is alike: −log(n + 1).
double beta_binomial_log_probability(std::int64_t successes, std::int64_t trials, const Beta& beta);

}  // namespace assay::stats

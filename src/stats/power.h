// How many canaries a comparison needs, and what it could see with those there are. Called where a
// study is planned or an undecided one explained: `study`, `finding`. Pure functions; thread-safe.
// All tests are two-sided, and a rejection on the wrong side counts as one.
#pragma once

#include <cstdint>

namespace assay::stats {

/// Requires 0 < alpha < 1 and alpha < power < 1.
struct PowerGoal {
  double power = 0.8;   ///< The probability of seeing what is there.
  double alpha = 0.05;  ///< The probability of seeing what is not.
};

/// StudentT when the deviation is estimated from the same differences, which is the usual case;
/// Normal, a little more hopeful, when it is known.
enum class Reference { StudentT, Normal };

/// The true mean of treatment − baseline over canaries and the standard deviation of the
/// differences, above 0.
struct PairedEffect {
  double difference = 0;
  double deviation = 1;
};

/// The power of the paired t test, by the non-central t distribution with parameter √n δ/σ on n − 1
/// degrees of freedom (Cohen 1988, chapter 2; R's power.t.test, type "paired", strict); of the z
/// test, Φ(√n δ/σ − z) + Φ(−√n δ/σ − z). Requires pairs ≥ 2 and 0 < alpha < 1. Difference 0.1,
/// deviation 0.5, 200 pairs: 0.8037.
double paired_power(const PairedEffect& effect, std::int64_t pairs, double alpha = 0.05,
                    Reference reference = Reference::StudentT);

/// The least number of pairs that reaches the goal; −1 when it is above 10,000,000. Difference 0.1,
/// deviation 0.5: 199, by the normal reference 197.
std::int64_t paired_pairs_needed(const PairedEffect& effect, const PowerGoal& goal = {},
                                 Reference reference = Reference::StudentT);

/// The least true difference that `pairs` pairs, at least 2, show with the goal's power; above 0.
/// Deviation 0.5, 40 pairs: 0.227.
double paired_difference_detectable(double deviation, std::int64_t pairs,
                                    const PowerGoal& goal = {},
                                    Reference reference = Reference::StudentT);

/// The power of comparing two independent proportions with as many trials each, by the normal
/// approximation with a pooled variance under the null hypothesis (Fleiss, Levin and Paik 2003,
/// chapter 4; R's power.prop.test, strict). Requires proportions in [0, 1], trials ≥ 1 and
/// 0 < alpha < 1. 0.5 against 0.75 with 50 trials each: 0.740.
double two_proportions_power(double one, double other, std::int64_t trials_each,
                             double alpha = 0.05);

/// The least number of trials in each group that reaches the goal; −1 when it is above 10,000,000.
/// 0.5 against 0.75 at power 0.9: 77.
std::int64_t two_proportions_trials_needed(double one, double other, const PowerGoal& goal = {});

/// By how much the other proportion must lie above this one to be seen; infinite when even 1 is not
/// far enough. From 0.5 with 40 trials each: 0.295.
double two_proportions_difference_detectable(double one, std::int64_t trials_each,
                                             const PowerGoal& goal = {});

/// The probabilities that a canary is right under one cell alone; not negative, at most 1 together.
struct DiscordantShares {
  double better = 0;
  double worse = 0;
};

/// The power of the exact McNemar test of `pairs` canaries, at least 1: over the binomial number of
/// discordant pairs, the probability of a split that mcnemar() gives p_exact ≤ alpha (Duffy 1984).
/// Shares 0.2 and 0.05 of 60 canaries: 0.581.
double mcnemar_power(const DiscordantShares& shares, std::int64_t pairs, double alpha = 0.05);

/// A number of canaries that reaches the goal while one fewer does not; −1 when it is above
/// 10,000,000. Counts are whole, so that power may dip by a little above that number. Shares 0.2
/// and 0.05: 92.
std::int64_t mcnemar_pairs_needed(const DiscordantShares& shares, const PowerGoal& goal = {});

/// The least difference better − worse that `pairs` canaries show when `discordant` of them, a
/// share above 0, are answered differently; infinite when even all of those one way would not do.
/// A quarter discordant of 60 canaries: 0.183.
double mcnemar_difference_detectable(double discordant, std::int64_t pairs,
                                     const PowerGoal& goal = {});

}  // namespace assay::stats

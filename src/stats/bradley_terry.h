// Ratings of models from votes between two of them. Called by `arena`. Pure functions; thread-safe.
#pragma once

#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "stats/pairing.h"

namespace assay::stats {

/// How strengths are shown: `mean` for the average model, `per_logit` points for a factor e in the
/// odds. The default is Elo's: 400 points for odds of ten to one.
struct RatingScale {
  double mean = 1000;
  double per_logit = 400 / std::numbers::ln10;

  double rating(double log_strength) const { return mean + per_logit * log_strength; }
};

/// The natural logarithm of each model's strength, with mean 0: the model i is preferred over j
/// with probability 1/(1 + exp(s(j) − s(i))) (Bradley and Terry 1952), s maximising the likelihood
/// of the votes, a tie being half a win of each. Newton's method on the concave log-likelihood,
/// steps halved while they would lower it. Bad input, from check_hang_together, where strengths
/// would not be finite. Of two models, 3 wins and 1: ±log(3)/2 = ±0.5493, or 1095.4 and 904.6.
base::Result<std::vector<double>> log_strengths(std::span<const Pairing> pairings,
                                                std::span<const std::string> models);

/// The same from a first guess, of the same size as models. Requires that hang_together().
std::vector<double> log_strengths_near(std::span<const Pairing> pairings,
                                       std::vector<double> guess);

}  // namespace assay::stats

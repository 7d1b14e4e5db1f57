// How far ratings may be off. Called by `arena` beside bradley_terry.h. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "stats/pairing.h"

namespace assay::stats {

/// Of log strengths with mean 0.
class StrengthCovariance {
 public:
  /// Row by row.
  StrengthCovariance(std::vector<double> values, std::size_t models);

  double at(std::size_t one, std::size_t other) const { return values_[one * models_ + other]; }
  std::size_t models() const { return models_; }

  /// The standard error of s(one) − s(other), which tells whether one is better than the other.
  double error_of_difference(std::size_t one, std::size_t other) const;

 private:
  std::vector<double> values_;
  std::size_t models_;
};

/// The inverse of the observed information, as if each vote were drawn with exactly the fitted
/// probability; too wide where there are many ties, which vary less than half wins and losses.
/// Requires the strengths that log_strengths() found for these pairings. Of two models, 3 wins and
/// 1: the difference log 3 has error √(4/3) = 1.155.
StrengthCovariance information_covariance(std::span<const Pairing> pairings,
                                          std::span<const double> strengths);

/// The sandwich estimate A⁻¹ B A⁻¹ with A the information and B the sum over votes of the squared
/// score (Huber 1967; White 1982), so that each vote speaks for its own spread and the model need
/// not be right. Votes are taken as independent. Requires as above. Of two models, 3 wins and 1:
/// 1.155 as well.
StrengthCovariance sandwich_covariance(std::span<const Pairing> pairings,
                                       std::span<const double> strengths);

/// s ± z √variance for each model. Requires 0 < confidence < 1.
std::vector<Interval> strength_intervals(std::span<const double> strengths,
                                         const StrengthCovariance& covariance,
                                         double confidence = 0.95);

struct StrengthBootstrapPlan {
  std::uint64_t seed = 0;
  double confidence = 0.95;  ///< Above 0, below 1.
  int rounds = 200;          ///< At least 20.
};

struct StrengthBootstrap {
  std::vector<Interval> intervals;  ///< Of log strengths, one for each model.
  int rounds_redrawn = 0;           ///< Beyond the plan's, because their votes fell apart.
};

/// Percentile limits from votes drawn again with replacement, as many as there were: a multinomial
/// over pairs and results, each round fitted from the strengths found. A round whose votes do not
/// hang together has no finite strengths and is drawn again; where that happens often the limits
/// are too narrow and those of the sandwich say more. Bad input when it happens in nineteen of
/// twenty. Same pairings and seed, same result. Requires as above.
base::Result<StrengthBootstrap> bootstrap_strengths(std::span<const Pairing> pairings,
                                                    std::span<const double> strengths,
                                                    const StrengthBootstrapPlan& plan = {});

}  // namespace assay::stats

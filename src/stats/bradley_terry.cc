#include "stats/bradley_terry.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "stats/cholesky.h"
#include "stats/laplacian.h"

namespace assay::stats {
namespace {

constexpr int kStepsMost = 500;
constexpr int kHalvingsMost = 60;
constexpr double kConverged = 1e-10;

/// The log-likelihood at some strengths, how it changes with each, and its curvature.
struct Likelihood {
  double value = 0;
  std::vector<double> gradient;
  Laplacian curvature;  ///< Of the negative log-likelihood.
};

Likelihood likelihood_at(std::span<const Pairing> pairings, const std::vector<double>& strengths) {
  Likelihood likelihood{0, std::vector<double>(strengths.size(), 0.0), Laplacian(strengths.size())};
  for (const Pairing& pairing : pairings) {
    const double votes = pairing.first_won + pairing.second_won + pairing.tied;
    const double lost = pairing.second_won + pairing.tied / 2;
    const double lead = strengths[pairing.first] - strengths[pairing.second];
    // Odds of the less likely result, which cannot overflow.
    const double odds = std::exp(-std::abs(lead));
    const double upset = odds / (1 + odds);
    const double first_loses = lead > 0 ? upset : 1 - upset;
    likelihood.value -= votes * (std::max(-lead, 0.0) + std::log1p(odds)) + lost * lead;
    const double slope = votes * first_loses - lost;
    likelihood.gradient[pairing.first] += slope;
    likelihood.gradient[pairing.second] -= slope;
    likelihood.curvature.add(pairing.first, pairing.second, votes * upset * (1 - upset));
  }
  return likelihood;
}

std::vector<double> moved(const std::vector<double>& from, const std::vector<double>& step,
                          double share) {
  std::vector<double> to = from;
  for (std::size_t index = 0; index < to.size(); ++index) to[index] += share * step[index];
  return to;
}

void center(std::vector<double>& strengths) {
  const double mean = std::accumulate(strengths.begin(), strengths.end(), 0.0) /
                      static_cast<double>(strengths.size());
  for (double& strength : strengths) strength -= mean;
}

}  // namespace

base::Result<std::vector<double>> log_strengths(std::span<const Pairing> pairings,
                                                std::span<const std::string> models) {
  ASSAY_TRY_DONE(check_hang_together(pairings, models));
  return log_strengths_near(pairings, std::vector<double>(models.size(), 0.0));
}

std::vector<double> log_strengths_near(std::span<const Pairing> pairings,
                                       std::vector<double> guess) {
  std::vector<double> strengths = std::move(guess);
  if (strengths.size() < 2) return std::vector<double>(strengths.size(), 0.0);
  Likelihood here = likelihood_at(pairings, strengths);
  for (int steps = 0; steps < kStepsMost; ++steps) {
    std::vector<double> step = here.gradient;
    here.curvature.factor().solve(step);
    const double longest = std::abs(*std::max_element(
        step.begin(), step.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    if (longest <= kConverged) {
      strengths = moved(strengths, step, 1);
      center(strengths);
      return strengths;
    }
    // Rounding of a sum over all votes must not be taken for a step too far.
    const double least = here.value - 1e-12 * std::abs(here.value);
    double share = 1;
    Likelihood there = likelihood_at(pairings, moved(strengths, step, share));
    for (int halvings = 0; there.value < least && halvings < kHalvingsMost; ++halvings) {
      share /= 2;
      there = likelihood_at(pairings, moved(strengths, step, share));
    }
    strengths = moved(strengths, step, share);
    here = std::move(there);
  }
  ASSAY_UNREACHABLE("votes that hang together have one best set of strengths");
}

}  // namespace assay::stats

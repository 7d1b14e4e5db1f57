#include "stats/bradley_terry_error.h"

#include <fmt/core.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "stats/bradley_terry.h"
#include "stats/laplacian.h"

namespace assay::stats {
namespace {

/// Draws for each round at the most, on average.
constexpr int kDrawsPerRound = 20;

double votes_of(const Pairing& pairing) {
  return pairing.first_won + pairing.second_won + pairing.tied;
}

double first_wins(const Pairing& pairing, std::span<const double> strengths) {
  return 1 / (1 + std::exp(strengths[pairing.second] - strengths[pairing.first]));
}

Laplacian information(std::span<const Pairing> pairings, std::span<const double> strengths) {
  Laplacian sum(strengths.size());
  for (const Pairing& pairing : pairings) {
    const double probability = first_wins(pairing, strengths);
    sum.add(pairing.first, pairing.second, votes_of(pairing) * probability * (1 - probability));
  }
  return sum;
}

/// A⁻¹ B A⁻¹. With B = A it is the inverse of A where values have mean 0.
StrengthCovariance sandwich(const Laplacian& bread, const Laplacian& filling, std::size_t models) {
  const Cholesky factor = bread.factor();
  std::vector<double> half(models * models);  // A⁻¹ B, transposed.
  for (std::size_t column = 0; column < models; ++column) {
    const std::span<double> values = std::span(half).subspan(column * models, models);
    for (std::size_t row = 0; row < models; ++row) values[row] = filling.at(row, column);
    factor.solve(values);
  }
  std::vector<double> covariance(models * models);
  for (std::size_t column = 0; column < models; ++column) {
    const std::span<double> values = std::span(covariance).subspan(column * models, models);
    for (std::size_t row = 0; row < models; ++row) values[row] = half[row * models + column];
    factor.solve(values);
  }
  return {std::move(covariance), models};
}

/// base::Random as Boost's distributions expect it.
class Engine {
 public:
  using result_type = std::uint64_t;
  explicit Engine(std::uint64_t seed) : random_(seed) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return random_.next(); }

 private:
  base::Random random_;
};

/// A multinomial draw, one binomial after the other of what is left.
std::vector<Pairing> drawn_again(std::span<const Pairing> pairings, double votes, Engine& engine) {
  auto votes_left = static_cast<std::int64_t>(std::llround(votes));
  double weight_left = votes;
  const auto draw = [&](double weight) -> double {
    if (weight <= 0 || votes_left == 0) return 0;
    const double share = weight < weight_left ? weight / weight_left : 1;
    weight_left -= weight;
    const std::int64_t count =
        share < 1 ? boost::random::binomial_distribution<std::int64_t>(votes_left, share)(engine)
                  : votes_left;
    votes_left -= count;
    return static_cast<double>(count);
  };
  std::vector<Pairing> drawn(pairings.begin(), pairings.end());
  for (Pairing& pairing : drawn) {
    pairing.first_won = draw(pairing.first_won);
    pairing.second_won = draw(pairing.second_won);
    pairing.tied = draw(pairing.tied);
  }
  return drawn;
}

}  // namespace

StrengthCovariance::StrengthCovariance(std::vector<double> values, std::size_t models)
    : values_(std::move(values)), models_(models) {
  ASSAY_CHECK(values_.size() == models * models, "a covariance has as many rows as columns");
}

double StrengthCovariance::error_of_difference(std::size_t one, std::size_t other) const {
  return std::sqrt(std::max(0.0, at(one, one) + at(other, other) - 2 * at(one, other)));
}

StrengthCovariance information_covariance(std::span<const Pairing> pairings,
                                          std::span<const double> strengths) {
  const Laplacian bread = information(pairings, strengths);
  return sandwich(bread, bread, strengths.size());
}

StrengthCovariance sandwich_covariance(std::span<const Pairing> pairings,
                                       std::span<const double> strengths) {
  Laplacian scores(strengths.size());
  for (const Pairing& pairing : pairings) {
    const double probability = first_wins(pairing, strengths);
    scores.add(pairing.first, pairing.second,
               pairing.first_won * (1 - probability) * (1 - probability) +
                   pairing.second_won * probability * probability +
                   pairing.tied * (0.5 - probability) * (0.5 - probability));
  }
  return sandwich(information(pairings, strengths), scores, strengths.size());
}

std::vector<Interval> strength_intervals(std::span<const double> strengths,
                                         const StrengthCovariance& covariance, double confidence) {
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence is a probability");
  ASSAY_CHECK(strengths.size() == covariance.models(), "the covariance is of these strengths");
  const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
  std::vector<Interval> intervals;
  for (std::size_t model = 0; model < strengths.size(); ++model) {
    const double half = z * std::sqrt(std::max(0.0, covariance.at(model, model)));
    intervals.push_back({strengths[model] - half, strengths[model] + half});
  }
  return intervals;
}

base::Result<StrengthBootstrap> bootstrap_strengths(std::span<const Pairing> pairings,
                                                    std::span<const double> strengths,
                                                    const StrengthBootstrapPlan& plan) {
  ASSAY_CHECK(plan.confidence > 0 && plan.confidence < 1, "a confidence is a probability");
  ASSAY_CHECK(plan.rounds >= 20, "limits are percentiles of many rounds");
  double votes = 0;
  for (const Pairing& pairing : pairings) votes += votes_of(pairing);
  Engine engine(plan.seed);
  const std::vector<double> found(strengths.begin(), strengths.end());
  StrengthBootstrap bootstrap;
  std::vector<std::vector<double>> drawn(found.size());
  for (int round = 0; round < plan.rounds;) {
    const std::vector<Pairing> again = drawn_again(pairings, votes, engine);
    if (!hang_together(again, found.size())) {
      if (++bootstrap.rounds_redrawn < (kDrawsPerRound - 1) * plan.rounds) continue;
      return base::bad_input(
          fmt::format("expected votes that still compare all {} models when drawn again, found "
                      "that they fell apart {} times in {} draws",
                      found.size(), bootstrap.rounds_redrawn, bootstrap.rounds_redrawn + round),
          "collect more votes between models that hardly met, or take sandwich intervals");
    }
    const std::vector<double> refitted = log_strengths_near(again, found);
    for (std::size_t model = 0; model < found.size(); ++model) {
      drawn[model].push_back(refitted[model]);
    }
    ++round;
  }
  for (std::vector<double>& values : drawn) {
    bootstrap.intervals.push_back(
        {quantile(values, (1 - plan.confidence) / 2), quantile(values, (1 + plan.confidence) / 2)});
  }
  return bootstrap;
}

}  // namespace assay::stats

#include "stats/power.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr std::int64_t kCountMost = 10'000'000;

/// From here on the t distribution is the normal one to seven digits, and its series are slow.
constexpr std::int64_t kNormalFrom = 1'000'000;

void check_level(double alpha) { ASSAY_CHECK(alpha > 0 && alpha < 1, "a level is a probability"); }

void check_goal(const PowerGoal& goal) {
  check_level(goal.alpha);
  ASSAY_CHECK(goal.power > goal.alpha && goal.power < 1, "a power lies between its level and 1");
}

double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

/// The power of the two-sided t test with critical value `t` when its statistic is shifted.
double shifted_t_power(double freedom, double shift, double t) {
  // Beyond this the spread of the mean is nothing beside its size, and only that of the deviation
  // counts, to eight digits; the series of the non-central t would take ever longer and then throw.
  constexpr double kFarShift = 1e4;
  if (shift > kFarShift) {
    const double ratio = std::min(shift / t, 1e100);
    return boost::math::cdf(boost::math::chi_squared(freedom), freedom * ratio * ratio);
  }
  const boost::math::non_central_t student(freedom, shift);
  return boost::math::cdf(boost::math::complement(student, t)) + boost::math::cdf(student, -t);
}

/// The least count from `from` on that is enough, where more is not worse; −1 when none is.
template <typename Enough>
std::int64_t least_count(std::int64_t from, const Enough& enough) {
  if (enough(from)) return from;
  std::int64_t too_few = from;
  std::int64_t plenty = from;
  do {
    if (plenty == kCountMost) return -1;
    too_few = plenty;
    plenty = std::min(2 * plenty, kCountMost);
  } while (!enough(plenty));
  while (plenty - too_few > 1) {
    const std::int64_t middle = too_few + (plenty - too_few) / 2;
    (enough(middle) ? plenty : too_few) = middle;
  }
  return plenty;
}

/// The least size in [low, high] that is enough, where more is not worse; `high` is enough.
template <typename Enough>
double least_size(double low, double high, const Enough& enough) {
  for (int halving = 0; halving < 40; ++halving) {
    const double middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

/// The largest count m with 2 P(X ≤ m) ≤ alpha for X fair among `discordant`; −1 when none is.
/// `near` is a first guess.
std::int64_t largest_rejected(std::int64_t discordant, double alpha, std::int64_t near) {
  const boost::math::binomial fair(static_cast<double>(discordant), 0.5);
  const auto rejected = [&](std::int64_t smaller) {
    return 2 * boost::math::cdf(fair, static_cast<double>(smaller)) <= alpha;
  };
  while (near >= 0 && !rejected(near)) --near;
  while (2 * (near + 1) < discordant && rejected(near + 1)) ++near;
  return near;
}

}  // namespace

double paired_power(const PairedEffect& effect, std::int64_t pairs, double alpha,
                    Reference reference) {
  ASSAY_CHECK(pairs >= 2, "one pair has no deviation");
  ASSAY_CHECK(effect.deviation > 0, "differences that never deviate need no test");
  check_level(alpha);
  const double shift =
      std::abs(effect.difference) / effect.deviation * std::sqrt(static_cast<double>(pairs));
  if (reference == Reference::Normal || pairs >= kNormalFrom) {
    const double z = normal_quantile(1 - alpha / 2);
    return normal_cdf(shift - z) + normal_cdf(-shift - z);
  }
  const auto freedom = static_cast<double>(pairs - 1);
  const double t = boost::math::quantile(boost::math::students_t(freedom), 1 - alpha / 2);
  return shifted_t_power(freedom, shift, t);
}

std::int64_t paired_pairs_needed(const PairedEffect& effect, const PowerGoal& goal,
                                 Reference reference) {
  check_goal(goal);
  return least_count(2, [&](std::int64_t pairs) {
    return paired_power(effect, pairs, goal.alpha, reference) >= goal.power;
  });
}

double paired_difference_detectable(double deviation, std::int64_t pairs, const PowerGoal& goal,
                                    Reference reference) {
  check_goal(goal);
  const auto enough = [&](double difference) {
    return paired_power({difference, deviation}, pairs, goal.alpha, reference) >= goal.power;
  };
  double plenty = deviation;
  while (!enough(plenty)) plenty *= 2;
  return least_size(0, plenty, enough);
}

double two_proportions_power(double one, double other, std::int64_t trials_each, double alpha) {
  ASSAY_CHECK(one >= 0 && one <= 1 && other >= 0 && other <= 1, "a proportion is within [0, 1]");
  ASSAY_CHECK(trials_each >= 1, "a proportion is one of some trials");
  check_level(alpha);
  const double pooled = (one + other) / 2;
  const double seen = std::sqrt(static_cast<double>(trials_each)) * std::abs(one - other);
  const double needed = normal_quantile(1 - alpha / 2) * std::sqrt(2 * pooled * (1 - pooled));
  const double deviation = std::sqrt(one * (1 - one) + other * (1 - other));
  if (deviation == 0) return seen > needed ? 1 : 0;
  return normal_cdf((seen - needed) / deviation) + normal_cdf((-seen - needed) / deviation);
}

std::int64_t two_proportions_trials_needed(double one, double other, const PowerGoal& goal) {
  check_goal(goal);
  return least_count(1, [&](std::int64_t trials) {
    return two_proportions_power(one, other, trials, goal.alpha) >= goal.power;
  });
}

double two_proportions_difference_detectable(double one, std::int64_t trials_each,
                                             const PowerGoal& goal) {
  check_goal(goal);
  const auto enough = [&](double difference) {
    return two_proportions_power(one, std::min(1.0, one + difference), trials_each, goal.alpha) >=
           goal.power;
  };
  if (!enough(1 - one)) return std::numeric_limits<double>::infinity();
  return least_size(0, 1 - one, enough);
}

double mcnemar_power(const DiscordantShares& shares, std::int64_t pairs, double alpha) {
  ASSAY_CHECK(shares.better >= 0 && shares.worse >= 0, "a share is not negative");
  const double share = std::min(1.0, shares.better + shares.worse);
  ASSAY_CHECK(shares.better + shares.worse <= 1 + 1e-9, "both shares are of the same canaries");
  ASSAY_CHECK(pairs >= 1, "a test is one of some pairs");
  check_level(alpha);
  if (share == 0) return 0;
  const auto count = static_cast<double>(pairs);
  const boost::math::binomial discordance(count, share);
  // Beyond nine standard deviations, and some more for small counts, nothing is left to add.
  const double reach = 9 * std::sqrt(count * share * (1 - share)) + 30;
  const auto least = static_cast<std::int64_t>(std::max(0.0, std::floor(count * share - reach)));
  const auto most = static_cast<std::int64_t>(std::min(count, std::ceil(count * share + reach)));
  const double spread = normal_quantile(1 - alpha / 2) * std::sqrt(static_cast<double>(least));
  auto smaller = static_cast<std::int64_t>((static_cast<double>(least) - spread) / 2);
  double power = 0;
  for (std::int64_t discordant = least; discordant <= most; ++discordant) {
    smaller = largest_rejected(discordant, alpha, smaller);
    if (smaller < 0) continue;
    const auto all = static_cast<double>(discordant);
    const auto few = static_cast<double>(smaller);
    const boost::math::binomial better(all, std::min(1.0, shares.better / share));
    power += boost::math::pdf(discordance, all) *
             (boost::math::cdf(better, few) +
              boost::math::cdf(boost::math::complement(better, all - few - 1)));
  }
  return std::min(1.0, power);
}

std::int64_t mcnemar_pairs_needed(const DiscordantShares& shares, const PowerGoal& goal) {
  check_goal(goal);
  return least_count(1, [&](std::int64_t pairs) {
    return mcnemar_power(shares, pairs, goal.alpha) >= goal.power;
  });
}

double mcnemar_difference_detectable(double discordant, std::int64_t pairs, const PowerGoal& goal) {
  ASSAY_CHECK(discordant > 0 && discordant <= 1, "some canaries are answered differently");
  check_goal(goal);
  const auto enough = [&](double difference) {
    const DiscordantShares shares{(discordant + difference) / 2, (discordant - difference) / 2};
    return mcnemar_power(shares, pairs, goal.alpha) >= goal.power;
  };
  if (!enough(discordant)) return std::numeric_limits<double>::infinity();
  return least_size(0, discordant, enough);
}

}  // namespace assay::stats

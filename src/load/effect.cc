#include "load/effect.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "load/sliced_values.h"
#include "stats/block_bootstrap.h"
#include "stats/percentile.h"
#include "stats/share_change.h"

namespace assay::load {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Resamples beyond each limit: their count, and with it the limit, is uncertain by a third.
constexpr double kResamplesBeyond = 10;
/// Of fewer independent requests it is not known well enough how many they are.
constexpr double kTrialsLeast = 30;
constexpr std::size_t kResamplesLeast = 1000;

std::size_t resamples_for(const EffectPlan& plan) {
  const double wanted = kResamplesBeyond / ((1 - plan.confidence) / 2);
  return std::min(std::max(static_cast<std::size_t>(wanted), kResamplesLeast), plan.resamples_most);
}

/// log(after ÷ before); NaN where both are 0 or both infinite.
double log_ratio(double before, double after) {
  if (std::isinf(before) && std::isinf(after)) return std::nan("");
  return std::log(after) - std::log(before);
}

using Weights = std::span<const std::uint32_t>;
using Statistic = std::function<double(Weights)>;

std::vector<double> difference(std::vector<double> one, std::span<const double> other) {
  for (std::size_t i = 0; i < one.size(); ++i) one[i] -= other[i];
  return one;
}

/// Two runs' statistic of resampled slices, and what each slice adds to it, relative to its own
/// size.
struct ResampledPair {
  Statistic before;
  Statistic after;
  std::vector<double> influence_before;
  std::vector<double> influence_after;
};

struct Drawn {
  std::vector<double> log_ratios;
  double stretch = 1;
};

Drawn draw_paired(const RunPair& runs, const ResampledPair& pair, const EffectPlan& plan) {
  const auto blocks = stats::choose_blocks(difference(pair.influence_after, pair.influence_before));
  stats::BlockResampler resampler(runs.before.strata, blocks.length, plan.seed);
  Drawn drawn;
  drawn.stretch = blocks.shortfall * stats::few_blocks_stretch(runs.before.slice_count,
                                                               blocks.length, plan.confidence);
  drawn.log_ratios.resize(resamples_for(plan));
  for (double& value : drawn.log_ratios) {
    const Weights weights = resampler.next();
    value = log_ratio(pair.before(weights), pair.after(weights));
  }
  return drawn;
}

Drawn draw_independent(const RunPair& runs, const ResampledPair& pair, const EffectPlan& plan) {
  const auto before = stats::choose_blocks(pair.influence_before);
  const auto after = stats::choose_blocks(pair.influence_after);
  stats::BlockResampler resampler_before(runs.before.strata, before.length, 2 * plan.seed);
  stats::BlockResampler resampler_after(runs.after.strata, after.length, 2 * plan.seed + 1);
  const double few =
      std::max(stats::few_blocks_stretch(runs.before.slice_count, before.length, plan.confidence),
               stats::few_blocks_stretch(runs.after.slice_count, after.length, plan.confidence));
  Drawn drawn;
  drawn.stretch = std::max(before.shortfall, after.shortfall) * few;
  drawn.log_ratios.resize(resamples_for(plan));
  for (double& value : drawn.log_ratios) {
    const double one = pair.before(resampler_before.next());
    value = log_ratio(one, pair.after(resampler_after.next()));
  }
  return drawn;
}

/// Of the ratio of what the statistics are for the slices as they are.
Effect resampled_effect(const RunPair& runs, const ResampledPair& pair, double before, double after,
                        const EffectPlan& plan) {
  const double estimate = log_ratio(before, after);
  if (std::isnan(estimate)) return {before, after, 1, {0, kInfinity}};
  Drawn drawn = runs.is_paired ? draw_paired(runs, pair, plan) : draw_independent(runs, pair, plan);
  const stats::Interval limits = stats::resampled_limits(std::move(drawn.log_ratios), estimate,
                                                         plan.confidence, drawn.stretch);
  return {before, after, std::exp(estimate), {std::exp(limits.low), std::exp(limits.high)}};
}

/// What each slice adds to a sum, less what it would add if all were alike; relative to the sum.
std::vector<double> relative_influence(std::vector<double> sums) {
  const double total = std::accumulate(sums.begin(), sums.end(), 0.0);
  if (total <= 0) return std::vector<double>(sums.size(), 0);
  const double mean = total / static_cast<double>(sums.size());
  for (double& sum : sums) sum = sum / mean - 1;
  return sums;
}

double weighted_sum(const std::vector<double>& sums, Weights weights) {
  return std::inner_product(sums.begin(), sums.end(), weights.begin(), 0.0);
}

/// A share and how many independent requests it is worth, by slices.
stats::ShareSample share_sample(const SlicedRun& run, const Holds& holds) {
  const auto size = static_cast<double>(run.records.size());
  const auto held = [&](std::size_t i) { return holds(*run.records[i]) ? 1.0 : 0.0; };
  const std::vector<double> sums = slice_sums(run, held);
  const double share = std::accumulate(sums.begin(), sums.end(), 0.0) / size;
  const double effect = design_effect(
      slice_sums(run, [&](std::size_t i) { return held(i) - share; }), size * share * (1 - share));
  return {share, size / effect};
}

double outcome_correlation(const RunPair& runs, const Holds& before, const Holds& after) {
  if (!runs.is_paired) return 0;
  stats::PairedOutcomes outcomes;
  for (std::size_t i = 0; i < runs.before.records.size(); ++i) {
    const bool one = before(*runs.before.records[i]);
    const bool other = after(*runs.after.records[i]);
    (one ? (other ? outcomes.both : outcomes.only_before)
         : (other ? outcomes.only_after : outcomes.neither)) += 1;
  }
  return stats::correlation_of(outcomes);
}

}  // namespace

bool supports_percentile(const SlicedRun& run, Measure which, double share, double confidence) {
  const SlicedValues values(run, which, share);
  if (values.size() == 0) return false;
  const auto size = static_cast<double>(values.size());
  const double variance = size * share * (1 - share);
  const double effect = design_effect(values.influence(), variance);
  return size / effect >= kTrialsLeast &&
         stats::supports_percentile(size, share, effect, confidence);
}

Effect percentile_effect(const RunPair& runs, Measure which, double share, const EffectPlan& plan) {
  const SlicedValues before(runs.before, which, share);
  const SlicedValues after(runs.after, which, share);
  const ResampledPair pair{[&](Weights weights) { return before.resampled(weights); },
                           [&](Weights weights) { return after.resampled(weights); },
                           before.influence(), after.influence()};
  return resampled_effect(runs, pair, before.percentile(), after.percentile(), plan);
}

std::optional<Effect> rate_effect(const RunPair& runs, const Amount& amount_before,
                                  const Amount& amount_after, const Holds& holds_before,
                                  const Holds& holds_after, const EffectPlan& plan) {
  const auto sums_of = [](const SlicedRun& run, const Amount& amount) {
    return slice_sums(run, [&](std::size_t i) { return amount(*run.records[i]); });
  };
  const std::vector<double> before = sums_of(runs.before, amount_before);
  const std::vector<double> after = sums_of(runs.after, amount_after);
  const double total_before = std::accumulate(before.begin(), before.end(), 0.0);
  const double total_after = std::accumulate(after.begin(), after.end(), 0.0);
  if (total_before <= 0 && total_after <= 0) return std::nullopt;
  const ResampledPair pair{
      [&](Weights weights) { return weighted_sum(before, weights) / runs.before.seconds; },
      [&](Weights weights) { return weighted_sum(after, weights) / runs.after.seconds; },
      relative_influence(before), relative_influence(after)};
  Effect effect = resampled_effect(runs, pair, total_before / runs.before.seconds,
                                   total_after / runs.after.seconds, plan);
  const stats::ShareSample share_before = share_sample(runs.before, holds_before);
  const stats::ShareSample share_after = share_sample(runs.after, holds_after);
  const stats::Interval shares =
      stats::share_ratio(share_before, share_after,
                         outcome_correlation(runs, holds_before, holds_after), plan.confidence);
  // Where the shares have no ratio, their limits stand for the amounts' as they are.
  const bool has_ratio = share_before.share > 0 && share_after.share > 0;
  const double scale = has_ratio ? effect.change / (share_after.share / share_before.share) : 1;
  effect.interval = {std::min(effect.interval.low, shares.low * scale),
                     std::max(effect.interval.high, shares.high * scale)};
  return effect;
}

Effect share_effect(const RunPair& runs, const Holds& holds, double confidence) {
  const stats::ShareSample before = share_sample(runs.before, holds);
  const stats::ShareSample after = share_sample(runs.after, holds);
  return {
      before.share, after.share, after.share - before.share,
      stats::share_difference(before, after, outcome_correlation(runs, holds, holds), confidence)};
}

}  // namespace assay::load

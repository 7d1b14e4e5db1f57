#include "load/knee.h"

#include <set>

namespace assay::load {
namespace {

double level_of(const StageRun& stage) {
  if (stage.concurrency > 0) return static_cast<double>(stage.concurrency);
  return (stage.rate_at_start + stage.rate_at_end) / 2;
}

std::optional<double> median_ms(const Summary& summary) {
  static_assert(kPercentiles[0].share == 0.5);
  const auto& median = summary.measures[static_cast<std::size_t>(Measure::E2e)].percentiles[0];
  if (!median) return std::nullopt;
  return median->value;
}

}  // namespace

std::optional<std::size_t> knee_of(std::span<const StageFigures> stages) {
  std::set<double> levels;
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].stage.is_warm_up) continue;
    const std::optional<double> median = median_ms(stages[i].summary);
    if (!median || *median <= 0) continue;
    levels.insert(level_of(stages[i].stage));
    const double power = stages[i].summary.rate_achieved / *median;
    if (power <= most) continue;
    most = power;
    best = i;
  }
  if (levels.size() < 3) return std::nullopt;
  return best;
}

}  // namespace assay::load

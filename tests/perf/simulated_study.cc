#include "simulated_study.h"

#include <boost/random/beta_distribution.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <cmath>

namespace assay::perf {
namespace {

int right_answers(double probability, Chance& chance) {
  return boost::random::binomial_distribution<int>(kRepeats, probability)(chance);
}

double treated(double baseline, const Population& population, const Effect& effect,
               Chance& chance) {
  const double room = effect.points > 0 ? 1 - population.accuracy : population.accuracy;
  const double moved = std::abs(effect.points) / room;
  const double draw = boost::random::uniform_01<double>()(chance);
  if (draw < moved) return effect.points > 0 ? 1 : 0;
  return draw < moved + effect.redrawn ? population.draw(chance) : baseline;
}

}  // namespace

double Population::draw(Chance& chance) const {
  if (correlation == 0) return accuracy;
  const double precision = (1 - correlation) / correlation;
  return boost::random::beta_distribution<double>(accuracy * precision,
                                                  (1 - accuracy) * precision)(chance);
}

std::vector<stats::CellStream> draw_study(const Population& population, std::size_t canaries,
                                          const std::vector<Effect>& effects, Chance& chance) {
  std::vector<stats::CellStream> cells(effects.size());
  for (std::size_t canary = 0; canary < canaries; ++canary) {
    const double difficulty = population.draw(chance);
    const int baseline = right_answers(difficulty, chance);
    for (std::size_t i = 0; i < effects.size(); ++i) {
      const double own = treated(difficulty, population, effects[i], chance);
      cells[i].positions.push_back(canary);
      cells[i].differences.push_back(static_cast<double>(right_answers(own, chance) - baseline) /
                                     kRepeats);
      cells[i].positions_done = canaries;
    }
  }
  return cells;
}

std::vector<stats::Cluster> draw_cell(const Population& population, std::size_t canaries,
                                      Chance& chance) {
  std::vector<stats::Cluster> clusters;
  for (std::size_t canary = 0; canary < canaries; ++canary) {
    const double right = right_answers(population.draw(chance), chance);
    clusters.push_back({right, kRepeats, right});
  }
  return clusters;
}

}  // namespace assay::perf

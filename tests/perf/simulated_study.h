// Whole studies drawn from populations whose truth is known, for study_calibration. Not
// thread-safe: a draw moves the chance on.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "stats/interval.h"
#include "stats/sequential.h"

namespace assay::perf {

inline constexpr int kRepeats = 3;

using Chance = std::mt19937_64;

/// Canaries of unlike difficulty: each is answered right with its own probability, which is Beta
/// distributed so that `correlation` is the intra-canary correlation of its repeats. 0: all alike.
struct Population {
  double accuracy = 0.5;
  double correlation = 0;

  double draw(Chance& chance) const;
};

/// What a cell does to the canaries.
struct Effect {
  /// The true difference: as many canaries as it takes are always right, or, below 0, always wrong.
  double points = 0;
  /// This share of the canaries gets a fresh difficulty, which moves them but not the mean.
  double redrawn = 0;
};

/// One study of a baseline and a cell for each effect, run to its end.
std::vector<stats::CellStream> draw_study(const Population& population, std::size_t canaries,
                                          const std::vector<Effect>& effects, Chance& chance);

/// The repeats of one cell's canaries.
std::vector<stats::Cluster> draw_cell(const Population& population, std::size_t canaries,
                                      Chance& chance);

}  // namespace assay::perf

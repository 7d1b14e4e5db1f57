// Votes between two models, counted up, and whether they compare all models with each other. Called
// by `arena` and before a rating is fitted. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::stats {

enum class VoteResult : std::uint8_t { FirstWon, SecondWon, Tied };

/// Two different models by their index and which of them was preferred.
struct Vote {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  VoteResult result = VoteResult::Tied;
};

/// All votes between two models. The counts are weights and need not be whole; not negative.
struct Pairing {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  double first_won = 0;
  double second_won = 0;
  double tied = 0;
};

/// One pairing for each two models that met, first < second, in ascending order. Takes memory for
/// the square of the number of models. Requires every vote to name two different models below
/// `models`.
std::vector<Pairing> pairings_of(std::span<const Vote> votes, std::size_t models);

/// Whether every model won or tied against every other, directly or through others; only then are
/// their strengths finite and unique (Ford 1957). Fewer than two models always hang together.
bool hang_together(std::span<const Pairing> pairings, std::size_t models);

/// The same as an error that names a separated group: models that never met the others, or that won
/// or lost every vote against them.
base::Status check_hang_together(std::span<const Pairing> pairings,
                                 std::span<const std::string> models);

}  // namespace assay::stats

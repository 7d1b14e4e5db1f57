#include "stats/pairing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace assay::stats {
namespace {

constexpr std::size_t kResults = 3;
constexpr std::size_t kNamesMost = 8;

enum class Direction { FromWinners, FromLosers };

/// The models reached from the first one along votes that were won or tied, or against them.
std::vector<bool> reached(std::span<const Pairing> pairings, std::size_t models,
                          Direction direction) {
  std::vector<bool> seen(models, false);
  seen[0] = true;
  for (bool grew = true; grew;) {
    grew = false;
    for (const Pairing& pairing : pairings) {
      if (seen[pairing.first] == seen[pairing.second]) continue;
      const bool outward = seen[pairing.first] == (direction == Direction::FromWinners);
      if ((outward ? pairing.first_won : pairing.second_won) + pairing.tied <= 0) continue;
      seen[pairing.first] = seen[pairing.second] = true;
      grew = true;
    }
  }
  return seen;
}

bool all_of(const std::vector<bool>& seen) {
  return std::find(seen.begin(), seen.end(), false) == seen.end();
}

bool met_the_others(std::span<const Pairing> pairings, const std::vector<bool>& group) {
  return std::any_of(pairings.begin(), pairings.end(), [&](const Pairing& pairing) {
    return group[pairing.first] != group[pairing.second] &&
           pairing.first_won + pairing.second_won + pairing.tied > 0;
  });
}

std::string names_in(const std::vector<bool>& group, std::span<const std::string> models) {
  std::string names;
  std::size_t count = 0;
  for (std::size_t index = 0; index < models.size(); ++index) {
    if (!group[index] || ++count > kNamesMost) continue;
    names += (names.empty() ? "" : ", ") + models[index];
  }
  if (count > kNamesMost) names += fmt::format(" and {} more", count - kNamesMost);
  return names;
}

base::Error separated(std::span<const Pairing> pairings, std::vector<bool> losers,
                      std::span<const std::string> models) {
  const bool met = met_the_others(pairings, losers);
  const auto count = static_cast<std::size_t>(std::count(losers.begin(), losers.end(), true));
  const bool name_losers = 2 * count <= models.size();
  if (!name_losers) losers.flip();
  const std::size_t named = name_losers ? count : models.size() - count;
  const std::string_view what = !met          ? "never met the others"
                                : name_losers ? "lost every vote against the others"
                                              : "won every vote against the others";
  return base::bad_input(
      fmt::format("ratings need every model to have won and lost, or tied, against the others, "
                  "directly or through some; but {} ({} of {} models) {}",
                  names_in(losers, models), named, models.size(), what),
      "collect more votes between them and the others, or rate the two groups apart");
}

}  // namespace

std::vector<Pairing> pairings_of(std::span<const Vote> votes, std::size_t models) {
  std::vector<std::uint64_t> counts(models * models * kResults);
  for (const Vote& vote : votes) {
    ASSAY_CHECK(vote.first < models && vote.second < models && vote.first != vote.second,
                "a vote is between two of the models");
    ++counts[(vote.first * models + vote.second) * kResults +
             static_cast<std::size_t>(vote.result)];
  }
  const auto count = [&](std::size_t first, std::size_t second, VoteResult result) {
    return counts[(first * models + second) * kResults + static_cast<std::size_t>(result)];
  };
  std::vector<Pairing> pairings;
  for (std::size_t first = 0; first < models; ++first) {
    for (std::size_t second = first + 1; second < models; ++second) {
      const std::uint64_t first_won =
          count(first, second, VoteResult::FirstWon) + count(second, first, VoteResult::SecondWon);
      const std::uint64_t second_won =
          count(first, second, VoteResult::SecondWon) + count(second, first, VoteResult::FirstWon);
      const std::uint64_t tied =
          count(first, second, VoteResult::Tied) + count(second, first, VoteResult::Tied);
      if (first_won + second_won + tied == 0) continue;
      pairings.push_back({.first = static_cast<std::uint32_t>(first),
                          .second = static_cast<std::uint32_t>(second),
                          .first_won = static_cast<double>(first_won),
                          .second_won = static_cast<double>(second_won),
                          .tied = static_cast<double>(tied)});
    }
  }
  return pairings;
}

bool hang_together(std::span<const Pairing> pairings, std::size_t models) {
  return models < 2 || (all_of(reached(pairings, models, Direction::FromWinners)) &&
                        all_of(reached(pairings, models, Direction::FromLosers)));
}

base::Status check_hang_together(std::span<const Pairing> pairings,
                                 std::span<const std::string> models) {
  if (models.size() < 2) return base::Done{};
  // Whoever is beaten, through others too, by the first model: none of them beat anyone else.
  std::vector<bool> beaten = reached(pairings, models.size(), Direction::FromWinners);
  if (!all_of(beaten)) return separated(pairings, std::move(beaten), models);
  // Whoever never beat the first model, not even through others, lost to all who did.
  std::vector<bool> losers = reached(pairings, models.size(), Direction::FromLosers);
  if (all_of(losers)) return base::Done{};
  losers.flip();
  return separated(pairings, std::move(losers), models);
}

}  // namespace assay::stats

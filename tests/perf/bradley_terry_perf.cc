// How long ratings take: votes counted up, fitted, and fitted again for each bootstrap round,
// beside one plain pass over the same votes. Prints a table.
#include <fmt/core.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "stats/bradley_terry.h"
#include "stats/bradley_terry_error.h"

namespace {

using namespace assay;

constexpr int kTurns = 5;
constexpr double kTiedShare = 0.1;

std::vector<stats::Vote> drawn_votes(std::size_t votes, std::size_t models) {
  base::Random random(1);
  std::vector<double> strengths(models);
  for (double& strength : strengths) strength = 2 * random.unit() - 1;
  std::vector<stats::Vote> drawn(votes);
  for (stats::Vote& vote : drawn) {
    vote.first = static_cast<std::uint32_t>(random.below(models));
    vote.second = static_cast<std::uint32_t>(random.below(models - 1));
    if (vote.second >= vote.first) ++vote.second;
    const double lead = strengths[vote.first] - strengths[vote.second];
    if (random.unit() < kTiedShare) continue;
    vote.result = random.unit() < 1 / (1 + std::exp(-lead)) ? stats::VoteResult::FirstWon
                                                            : stats::VoteResult::SecondWon;
  }
  return drawn;
}

/// What every vote must cost at least: all of its fields are read.
std::uint64_t plain_pass(const std::vector<stats::Vote>& votes) {
  std::uint64_t sum = 0;
  for (const stats::Vote& vote : votes) {
    sum += vote.first + vote.second + static_cast<std::uint64_t>(vote.result);
  }
  return sum;
}

/// The shortest of a few turns; `work` returns something that its result depends on.
template <typename Work>
double shortest_ms(const Work& work) {
  double shortest = 0;
  volatile double kept = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    const base::MonotonicTime start = base::system_clock().now();
    kept = kept + static_cast<double>(work());
    const double ms = base::to_ms(base::system_clock().now() - start);
    shortest = turn == 0 ? ms : std::min(shortest, ms);
  }
  return shortest;
}

void print_row(std::string_view what, double ms, double plain_ms) {
  fmt::print("{:<36}{:>10.2f} ms{:>10.1f} x\n", what, ms, ms / plain_ms);
}

void measure(std::size_t votes, std::size_t models, int rounds) {
  const std::vector<stats::Vote> drawn = drawn_votes(votes, models);
  const std::vector<std::string> names(models, "model");
  const double plain_ms = shortest_ms([&] { return plain_pass(drawn); });
  const auto pairings = stats::pairings_of(drawn, models);
  const auto strengths = stats::log_strengths(pairings, names).value();
  fmt::print("{} votes, {} models, {} bootstrap rounds\n", votes, models, rounds);
  print_row("one plain pass over the votes", plain_ms, plain_ms);
  print_row("votes counted up",
            shortest_ms([&] { return stats::pairings_of(drawn, models).size(); }), plain_ms);
  print_row("fitted", shortest_ms([&] { return stats::log_strengths(pairings, names)->front(); }),
            plain_ms);
  print_row("sandwich",
            shortest_ms([&] { return stats::sandwich_covariance(pairings, strengths).at(0, 0); }),
            plain_ms);
  const auto everything = [&] {
    const auto counted = stats::pairings_of(drawn, models);
    const auto found = stats::log_strengths(counted, names).value();
    return stats::bootstrap_strengths(counted, found, {.seed = 1, .rounds = rounds})
        ->intervals.front()
        .low;
  };
  print_row("counted up, fitted, bootstrapped", shortest_ms(everything), plain_ms);
}

}  // namespace

int main(int count, char** arguments) {
  const auto argument = [&](int index, int otherwise) {
    return count > index ? std::stoi(arguments[index]) : otherwise;
  };
  measure(static_cast<std::size_t>(argument(1, 1'000'000)),
          static_cast<std::size_t>(argument(2, 100)), argument(3, 200));
  return 0;
}

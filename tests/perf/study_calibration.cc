// Whether a study's words are right as often as they claim, by simulation: whole studies of ten
// cells are drawn from populations whose truth is known and judged as `assay study run` judges them,
// looks included. Prints the tables of docs/design/statistics.md.
#include <fmt/core.h>

#include <algorithm>
#include <boost/random/beta_distribution.hpp>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <random>
#include <string>
#include <vector>

#include "stats/sequential.h"

namespace {

using namespace assay;

constexpr int kRepeats = 3;
constexpr std::size_t kCells = 10;
constexpr std::size_t kLooks = 5;
constexpr std::size_t kCanaries[] = {20, 60, 200};
constexpr double kCorrelations[] = {0, 0.3, 0.7};
constexpr double kAccuracy = 0.5;

using Chance = std::mt19937_64;

/// A canary's probability of a right answer; the correlation is that of its repeats.
double draw_difficulty(double mean, double correlation, Chance& chance) {
  if (correlation == 0) return mean;
  const double precision = (1 - correlation) / correlation;
  return boost::random::beta_distribution<double>(mean * precision, (1 - mean) * precision)(chance);
}

double draw_share(double probability, Chance& chance) {
  return static_cast<double>(
             boost::random::binomial_distribution<int>(kRepeats, probability)(chance)) /
         kRepeats;
}

/// What a cell does to the canaries' difficulties.
struct Effect {
  double points = 0;   ///< The true difference.
  double redrawn = 0;  ///< This share of the canaries gets a fresh difficulty.
};

double treated(double baseline, double correlation, const Effect& effect, Chance& chance) {
  const double draw = boost::random::uniform_01<double>()(chance);
  const double gain = std::abs(effect.points) / 0.5;
  if (draw < gain) return effect.points > 0 ? std::max(baseline, 1 - (1 - baseline) * 0)
                                            : 0;
  return draw < gain + effect.redrawn ? draw_difficulty(kAccuracy, correlation, chance) : baseline;
}

std::vector<stats::CellStream> draw_study(std::size_t canaries, double correlation,
                                          const std::vector<Effect>& effects, Chance& chance) {
  std::vector<stats::CellStream> cells(effects.size());
  for (std::size_t canary = 0; canary < canaries; ++canary) {
    const double difficulty = draw_difficulty(kAccuracy, correlation, chance);
    const double baseline = draw_share(difficulty, chance);
    for (std::size_t i = 0; i < effects.size(); ++i) {
      const double own = treated(difficulty, correlation, effects[i], chance);
      cells[i].positions.push_back(canary);
      cells[i].differences.push_back(draw_share(own, chance) - baseline);
      cells[i].positions_done = canaries;
    }
  }
  return cells;
}

stats::MatrixDesign design_of(std::size_t canaries, std::size_t looks) {
  stats::MatrixDesign design;
  design.looks = stats::equal_looks(canaries, looks);
  return design;
}

bool differs(const stats::CellJudgement& cell) {
  return cell.judgement.verdict == stats::Verdict::Better ||
         cell.judgement.verdict == stats::Verdict::Worse;
}

struct Tally {
  double wrong_studies = 0;
  double covered = 0;
  double intervals = 0;
};

Tally null_studies(std::size_t canaries, double correlation, double redrawn, std::size_t looks,
                   int studies) {
  Chance chance(canaries * 7919 + static_cast<std::size_t>(correlation * 100));
  const stats::MatrixDesign design = design_of(canaries, looks);
  const std::vector<Effect> effects(kCells, Effect{0, redrawn});
  Tally tally;
  for (int study = 0; study < studies; ++study) {
    const auto cells = draw_study(canaries, correlation, effects, chance);
    const auto judged = stats::judge_matrix(design, cells);
    tally.wrong_studies += std::any_of(judged.begin(), judged.end(), differs) ? 1 : 0;
    for (const auto& cell : judged) {
      const stats::Interval& interval = cell.difference.interval;
      tally.covered += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
      tally.intervals += 1;
    }
  }
  return tally;
}

struct Saving {
  double same_cells = 0;
  double same_studies = 0;
  double trials = 0;
  double covered = 0;
  double cells = 0;
  double fixed_found = 0;
};

Saving saving(std::size_t canaries, double correlation, const std::vector<Effect>& effects,
              std::size_t looks, int studies) {
  Chance chance(canaries * 104729 + static_cast<std::size_t>(correlation * 100));
  const stats::MatrixDesign sequential = design_of(canaries, looks);
  const stats::MatrixDesign fixed = design_of(canaries, 1);
  Saving result;
  for (int study = 0; study < studies; ++study) {
    const auto cells = draw_study(canaries, correlation, effects, chance);
    const auto early = stats::judge_matrix(sequential, cells);
    const auto late = stats::judge_matrix(fixed, cells);
    bool same = true;
    double trials = static_cast<double>(canaries);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool agree = early[i].judgement.verdict == late[i].judgement.verdict;
      same = same && agree;
      result.same_cells += agree;
      trials += static_cast<double>(sequential.looks[early[i].looks_taken - 1]);
      const stats::Interval& interval = early[i].difference.interval;
      result.covered +=
          interval.low <= effects[i].points && effects[i].points <= interval.high ? 1 : 0;
      result.cells += 1;
      result.fixed_found += differs(late[i]);
    }
    result.same_studies += same;
    result.trials += trials / static_cast<double>(canaries * (cells.size() + 1));
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const int studies = argc > 1 ? std::stoi(argv[1]) : 2000;
  const std::size_t looks = argc > 2 ? std::stoul(argv[2]) : kLooks;
  fmt::print("null\n");
  for (const double redrawn : {0.0, 0.2}) {
    for (const std::size_t canaries : kCanaries) {
      for (const double correlation : kCorrelations) {
        const Tally tally = null_studies(canaries, correlation, redrawn, looks, studies);
        fmt::print("redrawn {:.1f} n {:3} icc {:.1f}: wrong {:.2f} % coverage {:.2f} %\n", redrawn, canaries,
                   correlation, 100 * tally.wrong_studies / studies,
                   100 * tally.covered / tally.intervals);
      }
    }
  }
  fmt::print("effects\n");
  const std::vector<std::vector<Effect>> scenarios{
      std::vector<Effect>(10, Effect{0.15, 0}), std::vector<Effect>(10, Effect{-0.2, 0}),
      {{0.15}, {-0.15}, {0.2}, {-0.2}, {0.25}, {-0.25}, {0.3}, {-0.3}, {0.4}, {-0.4}},
      {{0}, {-0.15}, {0}, {-0.2}, {0}, {-0.25}, {0.3}, {0}, {0.4}, {0}},
      };
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    for (const std::size_t canaries : kCanaries) {
      for (const double correlation : kCorrelations) {
        const Saving r = saving(canaries, correlation, scenarios[s], looks, studies / 4);
        fmt::print("s{} n {:3} icc {:.1f}: found {:.1f} same cells {:.1f} same studies {:.1f} trials {:.1f} coverage {:.1f}\n", s, canaries, correlation,
                   100 * r.fixed_found / r.cells, 100 * r.same_cells / r.cells, 100 * r.same_studies / (studies/4),
                   100 * r.trials / (studies/4), 100 * r.covered / r.cells);
      }
    }
  }
  return 0;
}

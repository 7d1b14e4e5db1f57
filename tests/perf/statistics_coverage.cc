// How often the intervals hold the truth, by simulation. Canaries are drawn from a population whose
// difficulty is Beta distributed, so that repeats inside a canary correlate as much as wanted; the
// truth is the population's mean. Prints the tables of docs/design/statistics.md.
#include <fmt/core.h>

#include <boost/random/beta_distribution.hpp>
#include <boost/random/uniform_01.hpp>
#include <random>
#include <string>
#include <vector>

#include "stats/interval.h"
#include "stats/verdict.h"

namespace {

using namespace assay;

constexpr int kRepeats = 3;
constexpr int kCanaries[] = {20, 40, 60, 200};
constexpr double kCorrelations[] = {0, 0.3, 0.7, 1};
constexpr double kMargin = 0.05;

struct Effort {
  int studies = 4000;  ///< Simulated per line.
  int resamples = 1000;
};

/// The probabilities with which canaries of one population are answered right.
class Population {
 public:
  Population(double mean, double correlation) : mean_(mean), correlation_(correlation) {}

  double draw(std::mt19937_64& random) const {
    if (correlation_ == 0) return mean_;
    if (correlation_ == 1) return boost::random::uniform_01<double>()(random) < mean_ ? 1 : 0;
    const double precision = (1 - correlation_) / correlation_;
    return boost::random::beta_distribution<double>(mean_ * precision,
                                                    (1 - mean_) * precision)(random);
  }

 private:
  double mean_;
  double correlation_;
};

int right_answers(double probability, std::mt19937_64& random) {
  int right = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    if (boost::random::uniform_01<double>()(random) < probability) ++right;
  }
  return right;
}

struct Coverage {
  double held = 0;   ///< Share of the intervals that hold the truth.
  double width = 0;  ///< Their mean width.
};

Coverage accuracy_coverage(double mean, double correlation, int canaries, int studies) {
  std::mt19937_64 random(static_cast<std::uint64_t>(canaries));
  const Population population(mean, correlation);
  Coverage coverage;
  for (int study = 0; study < studies; ++study) {
    std::vector<stats::Cluster> clusters;
    double sum = 0;
    for (int canary = 0; canary < canaries; ++canary) {
      const double right = right_answers(population.draw(random), random);
      clusters.push_back({right, kRepeats, right});
      sum += right;
    }
    const double trials = stats::effective_sample_size(clusters);
    const stats::Interval interval = stats::wilson(sum / (kRepeats * canaries) * trials, trials);
    coverage.held += interval.low <= mean && mean <= interval.high ? 1.0 / studies : 0;
    coverage.width += (interval.high - interval.low) / studies;
  }
  return coverage;
}

/// How the cell's difficulties come from the baseline's.
struct Effect {
  const char* name;
  double redrawn;  ///< This share of the canaries gets a fresh difficulty: no effect on the mean.
  double points;   ///< As many canaries become always right as raise the mean by this much.
};

constexpr Effect kEffects[] = {
    {"none", 0, 0},
    {"none, 20 % redrawn", 0.2, 0},
    {"+10 points", 0, 0.1},
    {"+30 points", 0, 0.3},
};

struct PairedOutcome {
  Coverage coverage;
  double better = 0;
  double worse = 0;
  double equivalent = 0;
};

double treated(double baseline, const Population& population, const Effect& effect, double mean,
               std::mt19937_64& random) {
  const double chance = boost::random::uniform_01<double>()(random);
  if (chance < effect.points / (1 - mean)) return 1;
  return chance < effect.redrawn ? population.draw(random) : baseline;
}

PairedOutcome paired_outcome(double mean, double correlation, int canaries, const Effect& effect,
                             Effort effort) {
  std::mt19937_64 random(static_cast<std::uint64_t>(canaries));
  const Population population(mean, correlation);
  PairedOutcome outcome;
  const double weight = 1.0 / effort.studies;
  for (int study = 0; study < effort.studies; ++study) {
    std::vector<stats::Pair> pairs;
    for (int canary = 0; canary < canaries; ++canary) {
      const double baseline = population.draw(random);
      const double treatment = treated(baseline, population, effect, mean, random);
      pairs.push_back({static_cast<double>(right_answers(treatment, random)) / kRepeats,
                       static_cast<double>(right_answers(baseline, random)) / kRepeats});
    }
    const stats::PairedDifference difference =
        stats::paired_difference(pairs, random(), 0.95, effort.resamples);
    const stats::Interval& interval = difference.interval;
    outcome.coverage.held +=
        interval.low <= effect.points && effect.points <= interval.high ? weight : 0;
    outcome.coverage.width += (interval.high - interval.low) * weight;
    const stats::Verdict verdict = stats::judge(difference, kMargin).verdict;
    outcome.better += verdict == stats::Verdict::Better ? weight : 0;
    outcome.worse += verdict == stats::Verdict::Worse ? weight : 0;
    outcome.equivalent += verdict == stats::Verdict::Equivalent ? weight : 0;
  }
  return outcome;
}

void print_accuracy_table(int studies) {
  fmt::print("Accuracy: Wilson on the effective sample size, {} repeats, {} studies a line\n\n",
             kRepeats, studies);
  fmt::print(
      "| accuracy | correlation | canaries | coverage | mean width |\n|--:|--:|--:|--:|--:|\n");
  for (const double mean : {0.5, 0.8, 0.95}) {
    for (const double correlation : kCorrelations) {
      for (const int canaries : kCanaries) {
        const Coverage coverage = accuracy_coverage(mean, correlation, canaries, studies);
        fmt::print("| {:.2f} | {:.1f} | {} | {:.1f} % | {:.3f} |\n", mean, correlation, canaries,
                   100 * coverage.held, coverage.width);
      }
    }
  }
}

void print_paired_table(Effort effort) {
  fmt::print(
      "\nPaired difference from a baseline at 0.50, {} repeats, {} studies a line, {} "
      "resamples, margin {:.2f}\n\n",
      kRepeats, effort.studies, effort.resamples, kMargin);
  fmt::print(
      "| effect | correlation | canaries | coverage | mean width | better | worse | "
      "equivalent |\n|:--|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const Effect& effect : kEffects) {
    for (const double correlation : kCorrelations) {
      for (const int canaries : kCanaries) {
        const PairedOutcome outcome = paired_outcome(0.5, correlation, canaries, effect, effort);
        fmt::print("| {} | {:.1f} | {} | {:.1f} % | {:.3f} | {:.1f} % | {:.1f} % | {:.1f} % |\n",
                   effect.name, correlation, canaries, 100 * outcome.coverage.held,
                   outcome.coverage.width, 100 * outcome.better, 100 * outcome.worse,
                   100 * outcome.equivalent);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  Effort effort;
  if (argc > 1) effort.studies = std::stoi(argv[1]);
  if (argc > 2) effort.resamples = std::stoi(argv[2]);
  print_accuracy_table(effort.studies);
  print_paired_table(effort);
  return 0;
}

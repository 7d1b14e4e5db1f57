// Whether a study's words are right as often as they claim, by simulation: whole studies of ten
// cells are drawn from populations whose truth is known and judged as `assay study run` judges
// them, looks included. Prints the tables of docs/design/statistics.md.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/random/uniform_01.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "simulated_study.h"
#include "stats/interval.h"
#include "stats/sequential.h"

namespace {

using namespace assay;

constexpr std::size_t kCells = 10;
constexpr double kCorrelations[] = {0, 0.3, 0.7};
constexpr double kBaseline = 0.5;
constexpr double kRedrawn = 0.2;
constexpr std::size_t kLooks = 10;
constexpr std::size_t kLooksOfManyLoads = 5;

stats::MatrixDesign design_of(std::size_t canaries, std::size_t looks) {
  stats::MatrixDesign design;
  design.looks = stats::equal_looks(canaries, looks);
  return design;
}

bool differs(const stats::CellJudgement& cell) {
  return cell.judgement.verdict == stats::Verdict::Better ||
         cell.judgement.verdict == stats::Verdict::Worse;
}

bool holds(const stats::Interval& interval, double truth) {
  return interval.low <= truth + 1e-12 && truth <= interval.high + 1e-12;
}

std::string percent(double share) {
  return std::isnan(share) ? "–" : fmt::format("{:.1f} %", 100 * share);
}

/// Another for every row, the same on every run.
perf::Chance chance_of(std::size_t canaries, double correlation, std::size_t table) {
  return perf::Chance(canaries * 7919 + static_cast<std::size_t>(correlation * 100) * 31 + table);
}

// What the cells truly do

using Effects = std::vector<perf::Effect>;
using DrawEffects = Effects (*)(perf::Chance&);

bool one_in_two(perf::Chance& chance) { return boost::random::uniform_01<double>()(chance) < 0.5; }

perf::Effect either_way(double points, perf::Chance& chance) {
  return {one_in_two(chance) ? points : -points, 0};
}

Effects nothing(perf::Chance&) { return Effects(kCells); }

Effects nothing_but_moved(perf::Chance&) { return Effects(kCells, perf::Effect{0, kRedrawn}); }

Effects all_fifteen(perf::Chance& chance) {
  Effects effects;
  for (std::size_t i = 0; i < kCells; ++i) effects.push_back(either_way(0.15, chance));
  return effects;
}

template <typename DrawPoints>
Effects half_nothing(perf::Chance& chance, DrawPoints points) {
  Effects effects;
  for (std::size_t i = 0; i < kCells; ++i) {
    effects.push_back(one_in_two(chance) ? perf::Effect{0, kRedrawn}
                                         : either_way(points(chance) / 100.0, chance));
  }
  return effects;
}

/// Any two cells are equal or at least 15 points apart.
Effects half_steps_of_fifteen(perf::Chance& chance) {
  return half_nothing(chance, [](perf::Chance& own) {
    return 15 * boost::random::uniform_int_distribution<int>(1, 3)(own);
  });
}

/// The best two may be one point apart.
Effects half_fifteen_to_forty(perf::Chance& chance) {
  return half_nothing(chance, [](perf::Chance& own) {
    return boost::random::uniform_int_distribution<int>(15, 40)(own);
  });
}

struct Scenario {
  const char* name;
  DrawEffects effects;
};

// Wrong words and coverage

struct Calibration {
  double wrong_studies = 0;   ///< Share with any wrong `better` or `worse`.
  double coverage = 0;        ///< Of the intervals where a cell was stopped or ended.
  double coverage_fixed = 0;  ///< Of the intervals of a fixed design.
};

Calibration calibration(std::size_t canaries, double correlation, int studies,
                        DrawEffects effects_of) {
  perf::Chance chance = chance_of(canaries, correlation, 1);
  const perf::Population population{kBaseline, correlation};
  const stats::MatrixDesign design = design_of(canaries, kLooks);
  Calibration result;
  const double weight = 1.0 / (studies * static_cast<double>(kCells));
  for (int study = 0; study < studies; ++study) {
    const Effects effects = effects_of(chance);
    const auto cells = perf::draw_study(population, canaries, effects, chance);
    const auto judged = stats::judge_matrix(design, cells);
    bool wrong = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double truth = effects[i].points;
      const bool is_gain = judged[i].judgement.verdict == stats::Verdict::Better;
      wrong = wrong || (differs(judged[i]) && (is_gain ? truth <= 0 : truth >= 0));
      result.coverage += holds(judged[i].difference.interval, truth) ? weight : 0;
      const auto fixed = stats::paired_difference(cells[i].differences);
      result.coverage_fixed += holds(fixed.interval, truth) ? weight : 0;
    }
    result.wrong_studies += wrong ? 1.0 / studies : 0;
  }
  return result;
}

void print_calibration(int studies, const std::vector<Scenario>& scenarios) {
  fmt::print(
      "| cells | canaries | correlation | studies with a wrong word | its 95 % interval | coverage "
      "with looks | coverage, one look |\n|:--|--:|--:|--:|--:|--:|--:|\n");
  for (const Scenario& scenario : scenarios) {
    for (const std::size_t canaries : {20U, 60U, 200U}) {
      for (const double correlation : kCorrelations) {
        const Calibration row = calibration(canaries, correlation, studies, scenario.effects);
        const stats::Interval error = stats::wilson(row.wrong_studies * studies, studies);
        fmt::print("| {} | {} | {:.1f} | {} | {:.1f}–{:.1f} % | {} | {} |\n", scenario.name,
                   canaries, correlation, percent(row.wrong_studies), 100 * error.low,
                   100 * error.high, percent(row.coverage), percent(row.coverage_fixed));
      }
    }
  }
  fmt::print("\n");
}

// Accuracies

void print_accuracy(int studies) {
  fmt::print(
      "| accuracy | canaries | correlation | coverage | mean width | by effective trials | mean "
      "width |\n|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const double accuracy : {0.5, 0.8, 0.95}) {
    for (const std::size_t canaries : {20U, 60U, 200U}) {
      for (const double correlation : kCorrelations) {
        perf::Chance chance = chance_of(canaries, correlation, 2);
        std::array<double, 2> held{};
        std::array<double, 2> width{};
        for (int study = 0; study < studies; ++study) {
          const auto cell = perf::draw_cell({accuracy, correlation}, canaries, chance);
          double right = 0;
          for (const stats::Cluster& canary : cell) right += canary.sum;
          const double share = right / static_cast<double>(canaries * perf::kRepeats);
          const double trials = stats::effective_sample_size(cell);
          const std::array<stats::Interval, 2> intervals{
              stats::clustered_wilson(cell), stats::wilson(std::min(1.0, share) * trials, trials)};
          for (std::size_t i = 0; i < 2; ++i) {
            held[i] += holds(intervals[i], accuracy) ? 1.0 / studies : 0;
            width[i] += (intervals[i].high - intervals[i].low) / studies;
          }
        }
        fmt::print("| {:.2f} | {} | {:.1f} | {} | {:.3f} | {} | {:.3f} |\n", accuracy, canaries,
                   correlation, percent(held[0]), width[0], percent(held[1]), width[1]);
      }
    }
  }
  fmt::print("\n");
}

// Savings

using Judged = std::vector<stats::CellJudgement>;

/// The level that would be shipped: the best of those called better; none: the baseline.
std::optional<std::size_t> recommended(const Judged& judged) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].judgement.verdict != stats::Verdict::Better) continue;
    if (!best || judged[i].difference.delta > judged[*best].difference.delta) best = i;
  }
  return best;
}

double points_of(std::optional<std::size_t> cell, const Effects& effects) {
  return cell ? effects[*cell].points : 0;
}

/// Shares; of studies unless said otherwise.
struct Saving {
  double trials = 0;          ///< Of the fixed grid's.
  double same_cells = 0;      ///< Of cells with the same verdict.
  double same_decisions = 0;  ///< Whose recommended level is the same or truly as good.
  double near_decisions = 0;  ///< …or truly within the margin of it.
  double power = 0;           ///< Of the cells with an effect that are told.
};

struct Savings {
  Saving few;              ///< With kLooksOfManyLoads.
  Saving many;             ///< With kLooks.
  double power = 0;        ///< Of the fixed grid.
  double repeated = 0;     ///< Share of studies whose fixed grid, run twice, decides the same.
  double with_effect = 0;  ///< Cells.
};

void compare(const stats::MatrixDesign& design, const std::vector<stats::CellStream>& cells,
             const Judged& fixed, const Effects& effects, Saving& saving) {
  const Judged judged = stats::judge_matrix(design, cells);
  const std::size_t canaries = design.looks.back();
  auto trials = static_cast<double>(canaries);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    trials += static_cast<double>(design.looks[judged[i].looks_taken - 1]);
    saving.same_cells += judged[i].judgement.verdict == fixed[i].judgement.verdict ? 1 : 0;
    saving.power += effects[i].points != 0 && differs(judged[i]) ? 1 : 0;
  }
  saving.trials += trials / static_cast<double>(canaries * (kCells + 1));
  const auto own = recommended(judged);
  const auto other = recommended(fixed);
  const double apart = std::abs(points_of(own, effects) - points_of(other, effects));
  saving.same_decisions += own.has_value() == other.has_value() && apart < 1e-9 ? 1 : 0;
  saving.near_decisions += apart <= design.margin + 1e-9 ? 1 : 0;
}

void scale(Saving& saving, int studies, double with_effect) {
  saving.trials /= studies;
  saving.same_cells /= studies * static_cast<double>(kCells);
  saving.same_decisions /= studies;
  saving.near_decisions /= studies;
  saving.power /= with_effect;
}

Savings savings(std::size_t canaries, double correlation, int studies, DrawEffects effects_of) {
  perf::Chance chance = chance_of(canaries, correlation, 3);
  const perf::Population population{kBaseline, correlation};
  const stats::MatrixDesign fixed = design_of(canaries, 1);
  Savings result;
  for (int study = 0; study < studies; ++study) {
    const Effects effects = effects_of(chance);
    const auto cells = perf::draw_study(population, canaries, effects, chance);
    const Judged judged = stats::judge_matrix(fixed, cells);
    compare(design_of(canaries, kLooksOfManyLoads), cells, judged, effects, result.few);
    compare(design_of(canaries, kLooks), cells, judged, effects, result.many);
    const auto again =
        stats::judge_matrix(fixed, perf::draw_study(population, canaries, effects, chance));
    const auto first = recommended(judged);
    const auto second = recommended(again);
    const bool same = first.has_value() == second.has_value() &&
                      std::abs(points_of(first, effects) - points_of(second, effects)) < 1e-9;
    result.repeated += same ? 1.0 / studies : 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (effects[i].points == 0) continue;
      result.with_effect += 1;
      result.power += differs(judged[i]) ? 1 : 0;
    }
  }
  result.power /= result.with_effect;
  scale(result.few, studies, result.with_effect);
  scale(result.many, studies, result.with_effect);
  return result;
}

void print_savings(int studies) {
  const std::vector<Scenario> scenarios{
      {"half nothing, half ±15, ±30, ±45", half_steps_of_fifteen},
      {"half nothing, half ±15…±40", half_fifteen_to_forty},
      {"all ±15", all_fifteen},
      {"all nothing", nothing_but_moved},
  };
  fmt::print(
      "| cells | canaries | correlation | trials, 5 looks | 10 | same decision, 5 looks | 10 | "
      "within 5 points, 10 | fixed grid twice | same verdict, 5 looks | 10 | power, fixed grid | "
      "5 looks | 10 |\n|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const Scenario& scenario : scenarios) {
    for (const std::size_t canaries : {60U, 120U, 200U}) {
      for (const double correlation : kCorrelations) {
        const Savings row = savings(canaries, correlation, studies, scenario.effects);
        fmt::print("| {} | {} | {:.1f}", scenario.name, canaries, correlation);
        for (const double share :
             {row.few.trials, row.many.trials, row.few.same_decisions, row.many.same_decisions,
              row.many.near_decisions, row.repeated, row.few.same_cells, row.many.same_cells,
              row.power, row.few.power, row.many.power}) {
          fmt::print(" | {}", percent(share));
        }
        fmt::print(" |\n");
      }
    }
  }
  fmt::print("\n");
}

// Time

void print_time() {
  perf::Chance chance(1);
  constexpr int kStudies = 20;
  double total_ms = 0;
  double longest_ms = 0;
  for (int study = 0; study < kStudies; ++study) {
    const auto cells =
        perf::draw_study({kBaseline, 0.3}, 200, half_fifteen_to_forty(chance), chance);
    const auto start = std::chrono::steady_clock::now();
    stats::judge_matrix(design_of(200, kLooks), cells);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    total_ms += took.count();
    longest_ms = std::max(longest_ms, took.count());
  }
  fmt::print("Judging 10 cells of 200 canaries at 10 looks: {:.1f} ms, at most {:.1f} ms\n",
             total_ms / kStudies, longest_ms);
}

}  // namespace

int main(int argc, char** argv) {
  const int studies = argc > 1 ? std::stoi(argv[1]) : 2000;
  const std::string table = argc > 2 ? argv[2] : "all";
  const auto wants = [&](const char* name) { return table == "all" || table == name; };
  const auto start = std::chrono::steady_clock::now();
  if (wants("nothing")) {
    print_calibration(studies,
                      {{"nothing changes", nothing}, {"a fifth moves", nothing_but_moved}});
  }
  // An effect's coverage counts each of ten cells and needs fewer studies.
  if (wants("effects")) {
    print_calibration(std::max(studies / 4, 1),
                      {{"half ±15…±40", half_fifteen_to_forty}, {"all ±15", all_fifteen}});
  }
  if (wants("accuracy")) print_accuracy(5 * studies);
  if (wants("savings")) print_savings(std::max(studies / 4, 1));
  if (wants("time")) print_time();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{:.0f} s\n", took.count());
  return 0;
}

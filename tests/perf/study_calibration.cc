// Whether a study's words are right as often as they claim, by simulation: whole studies of ten
// cells are drawn from populations whose truth is known and judged as `assay study run` judges
// them, looks included. Prints the tables of docs/design/statistics.md.
#include <fmt/core.h>

#include <algorithm>
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
constexpr double kRedrawn = 0.2;

using Studies = int;

stats::MatrixDesign design_of(std::size_t canaries, std::size_t looks) {
  stats::MatrixDesign design;
  design.looks = stats::equal_looks(canaries, looks);
  if (std::getenv("FUT")) design.futility = std::atof(std::getenv("FUT"));
  return design;
}

bool differs(const stats::CellJudgement& cell) {
  return cell.judgement.verdict == stats::Verdict::Better ||
         cell.judgement.verdict == stats::Verdict::Worse;
}

bool holds(const stats::Interval& interval, double truth) {
  return interval.low <= truth + 1e-12 && truth <= interval.high + 1e-12;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// Different for every row, the same on every run.
perf::Chance chance_of(std::size_t canaries, double correlation, std::size_t salt) {
  return perf::Chance(canaries * 7919 + static_cast<std::size_t>(correlation * 100) * 31 + salt);
}

// Wrong words and coverage

struct Calibration {
  double wrong_studies = 0;   ///< Share with any wrong `better` or `worse`.
  double coverage = 0;        ///< Of the intervals where the cell was stopped or ended.
  double coverage_fixed = 0;  ///< Of the intervals of a fixed design.
};

template <typename Effects>
Calibration calibration(std::size_t canaries, double correlation, std::size_t looks,
                        Studies studies, Effects effects_of) {
  perf::Chance chance = chance_of(canaries, correlation, looks);
  const perf::Population population{0.5, correlation};
  const stats::MatrixDesign design = design_of(canaries, looks);
  Calibration result;
  const double weight = 1.0 / (studies * static_cast<double>(kCells));
  for (Studies study = 0; study < studies; ++study) {
    const std::vector<perf::Effect> effects = effects_of(chance);
    const auto cells = perf::draw_study(population, canaries, effects, chance);
    const auto judged = stats::judge_matrix(design, cells);
    bool wrong = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double truth = effects[i].points;
      const bool is_positive = judged[i].difference.delta > 0;
      wrong = wrong || (differs(judged[i]) && (is_positive ? truth <= 0 : truth >= 0));
      result.coverage += holds(judged[i].difference.interval, truth) ? weight : 0;
      const auto fixed = stats::paired_difference(cells[i].differences);
      result.coverage_fixed += holds(fixed.interval, truth) ? weight : 0;
    }
    result.wrong_studies += wrong ? 1.0 / studies : 0;
  }
  return result;
}

std::vector<perf::Effect> no_effects(double redrawn) {
  return std::vector<perf::Effect>(kCells, perf::Effect{0, redrawn});
}

void print_null(Studies studies) {
  fmt::print(
      "| nulls | canaries | correlation | looks | any wrong word | 95 % of it | coverage | fixed "
      "design |\n|:--|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const double redrawn : {0.0, kRedrawn}) {
    for (const std::size_t canaries : {20U, 60U, 200U}) {
      for (const double correlation : kCorrelations) {
        for (const std::size_t looks : {5U, 10U}) {
          const Calibration row = calibration(canaries, correlation, looks, studies,
                                              [&](perf::Chance&) { return no_effects(redrawn); });
          const stats::Interval error = stats::wilson(row.wrong_studies * studies, studies);
          fmt::print("| {} | {} | {:.1f} | {} | {} | {:.1f}–{:.1f} | {} | {} |\n",
                     redrawn > 0 ? "20 % redrawn" : "nothing changes", canaries, correlation, looks,
                     percent(row.wrong_studies), 100 * error.low, 100 * error.high,
                     percent(row.coverage), percent(row.coverage_fixed));
        }
      }
    }
  }
}

// Effects as in practice

/// Half of the cells change nothing but where; the others by 15 to 40 points either way.
std::vector<perf::Effect> effects_as_in_practice(perf::Chance& chance) {
  std::vector<perf::Effect> effects;
  for (std::size_t i = 0; i < kCells; ++i) {
    if (boost::random::uniform_01<double>()(chance) < 0.5) {
      effects.push_back({0, kRedrawn});
      continue;
    }
    const int points = boost::random::uniform_int_distribution<int>(15, 40)(chance);
    const bool is_gain = boost::random::uniform_01<double>()(chance) < 0.5;
    effects.push_back({(is_gain ? points : -points) / 100.0, 0});
  }
  return effects;
}

std::vector<perf::Effect> effects_of_fifteen(perf::Chance& chance) {
  std::vector<perf::Effect> effects;
  for (std::size_t i = 0; i < kCells; ++i) {
    const bool is_gain = boost::random::uniform_01<double>()(chance) < 0.5;
    effects.push_back({is_gain ? 0.15 : -0.15, 0});
  }
  return effects;
}

using DrawEffects = std::vector<perf::Effect> (*)(perf::Chance&);

struct Scenario {
  const char* name;
  DrawEffects effects;
};

const Scenario kScenarios[] = {
    {"half nothing, half ±15…±40", effects_as_in_practice},
    {"all ±15", effects_of_fifteen},
    {"all nothing", [](perf::Chance&) { return no_effects(kRedrawn); }},
};

void print_coverage(Studies studies) {
  fmt::print(
      "| effects | canaries | correlation | looks | any wrong word | coverage | fixed design "
      "|\n|:--|--:|--:|--:|--:|--:|--:|\n");
  for (const Scenario& scenario : kScenarios) {
    if (scenario.effects == kScenarios[2].effects) continue;
    for (const std::size_t canaries : {20U, 60U, 200U}) {
      for (const double correlation : kCorrelations) {
        for (const std::size_t looks : {5U, 10U}) {
          const Calibration row =
              calibration(canaries, correlation, looks, studies, scenario.effects);
          fmt::print("| {} | {} | {:.1f} | {} | {} | {} | {} |\n", scenario.name, canaries,
                     correlation, looks, percent(row.wrong_studies), percent(row.coverage),
                     percent(row.coverage_fixed));
        }
      }
    }
  }
}

// Savings

/// The level that would be shipped: the best of those called better, else none, the baseline.
std::optional<std::size_t> recommended(const std::vector<stats::CellJudgement>& judged) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].judgement.verdict != stats::Verdict::Better) continue;
    if (!best || judged[i].difference.delta > judged[*best].difference.delta) best = i;
  }
  return best;
}

struct Saving {
  double trials = 0;          ///< Of those of the fixed grid.
  double same_cells = 0;      ///< Share of cells with the same verdict.
  double same_decisions = 0;  ///< Share of studies that recommend the same level.
  double near_decisions = 0;  ///< …or one whose true effect is within the margin.
  double power = 0;           ///< Share of cells with an effect that the fixed grid finds.
};

Saving saving(std::size_t canaries, double correlation, std::size_t looks, Studies studies,
              DrawEffects effects_of) {
  perf::Chance chance = chance_of(canaries, correlation, looks + 77);
  const perf::Population population{0.5, correlation};
  const stats::MatrixDesign sequential = design_of(canaries, looks);
  const stats::MatrixDesign fixed = design_of(canaries, 1);
  Saving result;
  double effective = 0;
  for (Studies study = 0; study < studies; ++study) {
    const std::vector<perf::Effect> effects = effects_of(chance);
    const auto cells = perf::draw_study(population, canaries, effects, chance);
    const auto early = stats::judge_matrix(sequential, cells);
    const auto late = stats::judge_matrix(fixed, cells);
    double trials = static_cast<double>(canaries);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      trials += static_cast<double>(sequential.looks[early[i].looks_taken - 1]);
      result.same_cells += early[i].judgement.verdict == late[i].judgement.verdict ? 1 : 0;
      if (effects[i].points == 0) continue;
      effective += 1;
      result.power += differs(late[i]) ? 1 : 0;
    }
    const auto truth = [&](std::optional<std::size_t> cell) {
      return cell ? effects[*cell].points : 0;
    };
    const auto now = recommended(early);
    const auto then = recommended(late);
    const double apart = std::abs(truth(now) - truth(then));
    const bool same = now.has_value() == then.has_value() && apart < 1e-9;
    result.same_decisions += same ? 1.0 / studies : 0;
    result.near_decisions += apart <= sequential.margin + 1e-9 ? 1.0 / studies : 0;
    result.trials += trials / (static_cast<double>(canaries * (kCells + 1)) * studies);
  }
  result.same_cells /= studies * static_cast<double>(kCells);
  result.power = effective > 0 ? result.power / effective : std::nan("");
  return result;
}

void print_saving(Studies studies) {
  fmt::print(
      "| effects | canaries | correlation | looks | trials | same verdict | same decision | within "
      "5 points | power, fixed |\n|:--|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const Scenario& scenario : kScenarios) {
    for (const std::size_t canaries : {60U, 120U, 200U}) {
      for (const double correlation : kCorrelations) {
        for (const std::size_t looks : {5U, 10U}) {
          const Saving row = saving(canaries, correlation, looks, studies, scenario.effects);
          fmt::print("| {} | {} | {:.1f} | {} | {} | {} | {} | {} | {} |\n", scenario.name,
                     canaries, correlation, looks, percent(row.trials), percent(row.same_cells),
                     percent(row.same_decisions), percent(row.near_decisions),
                     std::isnan(row.power) ? "–" : percent(row.power));
        }
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Studies studies = argc > 1 ? std::stoi(argv[1]) : 2000;
  const std::string table = argc > 2 ? argv[2] : "all";
  const auto start = std::chrono::steady_clock::now();
  if (table == "all" || table == "null") print_null(studies);
  if (table == "all" || table == "coverage") print_coverage(studies);
  if (table == "all" || table == "saving") print_saving(studies);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("\n{:.0f} s\n", took.count());
  return 0;
}

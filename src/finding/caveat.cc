#include "finding/caveat.h"

#include <fmt/format.h>

#include <algorithm>

#include "finding/cell_figures.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"

namespace assay::finding {
namespace {

struct Caveat {
  double size = 0;  ///< In shares of accuracy; 0 or less: does not hold.
  std::string text;
};

constexpr double kMissedGainWeight = 0.5;

/// Trials that were spared by stopping early are not missing.
Caveat unfinished(const StudyFinding& finding) {
  std::int64_t planned = 0;
  std::int64_t ended = 0;
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) {
      planned += cell.planned;
      ended += std::min(cell.n + cell.unscored, cell.planned);
    }
  }
  return {share(planned - ended, planned),
          fmt::format("The study is not finished: {} of {} trials are done.", ended, planned)};
}

Caveat unscored(const CellFinding& cell) {
  const std::int64_t run = cell.n + cell.unscored;
  return {share(cell.unscored, run),
          fmt::format("{} of its {} {}s could not be scored; the figures leave them out.",
                      cell.unscored, run, words_of(cell).trial)};
}

Caveat truncated(const CellFinding& cell) {
  return {share(cell.truncated, cell.n),
          fmt::format("The token limit cut {} of its replies; a larger max_tokens may do better.",
                      percent(share(cell.truncated, cell.n)))};
}

/// Below one half even the winner is wrong more often than right, which outweighs every interval.
Caveat often_wrong(const CellFinding& cell) {
  if (cell.accuracy >= 0.5) return {};
  if (cell.load) {
    return {1 - cell.accuracy,
            fmt::format("Only {} of the requests met the objectives: the best of these candidates "
                        "may still not be good enough under this load.",
                        percent(cell.accuracy))};
  }
  return {1 - cell.accuracy,
          fmt::format("It is right in only {} of the trials: the best of these candidates may "
                      "still not be good enough for the job.",
                      percent(cell.accuracy))};
}

Caveat wide_interval(const StudyFinding& finding, const CellFinding& cell) {
  const double half = std::max(cell.accuracy - cell.accuracy_interval.low,
                               cell.accuracy_interval.high - cell.accuracy);
  const MeasureWords& words = words_of(cell);
  return {half, fmt::format("{} {} place its {} no closer than between {} and {}; more {} "
                            "narrow that.",
                            finding.canaries, finding.canaries == 1 ? words.canary : words.canaries,
                            words.share, percent(cell.accuracy_interval.low),
                            percent(cell.accuracy_interval.high), words.canaries)};
}

Caveat loss_against_best(const Choice& choice) {
  const Candidate& chosen = choice.candidates[choice.chosen];
  const Candidate& best = choice.candidates[choice.best];
  if (!chosen.against_best) return {};
  const stats::PairedDifference& difference = *chosen.against_best;
  return {-difference.interval.low,
          fmt::format("It may be as much as {} {} {} {}: the difference is {} {}.",
                      point_count(difference.interval.low),
                      best.cell->load ? "below" : "less accurate than", best.model->model,
                      cell_label(*best.cell), points(difference.delta),
                      points_range(difference.interval))};
}

Caveat unconfirmed_combination(const ModelFinding& model) {
  if (model.confirmation.status == Confirmation::Status::Confirmed) return {};
  std::vector<double> gains;
  for (const CellFinding& cell : model.cells) {
    if (has_verdict(cell, stats::Verdict::Better)) {
      gains.push_back(cell.difference->delta);
    }
  }
  if (gains.size() < 2) return {};
  std::sort(gains.rbegin(), gains.rend());
  return {kMissedGainWeight * gains[1], model.confirmation.sentence};
}

Caveat undecided_levels(const ModelFinding& model) {
  const CellFinding* widest = nullptr;
  std::int64_t undecided = 0;
  for (const CellFinding& cell : model.cells) {
    if (!has_verdict(cell, stats::Verdict::Undecided) || cell.looks_taken == 0) continue;
    ++undecided;
    if (widest == nullptr || cell.difference->interval.high > widest->difference->interval.high) {
      widest = &cell;
    }
  }
  if (widest == nullptr) return {};
  return {kMissedGainWeight * widest->difference->interval.high,
          fmt::format("{} of its levels {} undecided; {} could still be worth up to {} points.",
                      undecided, undecided == 1 ? "is" : "are", cell_label(*widest),
                      points(widest->difference->interval.high))};
}

}  // namespace

std::string largest_caveat(const StudyFinding& finding, const Choice& choice) {
  const Candidate& chosen = choice.candidates[choice.chosen];
  const std::vector<Caveat> caveats{unfinished(finding),
                                    unscored(*chosen.cell),
                                    truncated(*chosen.cell),
                                    often_wrong(*chosen.cell),
                                    loss_against_best(choice),
                                    wide_interval(finding, *chosen.cell),
                                    unconfirmed_combination(*chosen.model),
                                    undecided_levels(*chosen.model)};
  return std::max_element(
             caveats.begin(), caveats.end(),
             [](const Caveat& left, const Caveat& right) { return left.size < right.size; })
      ->text;
}

}  // namespace assay::finding

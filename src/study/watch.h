// What a running study knows of its cells: which still run, which were decided, which of them win.
// Fed by the runner with every trial, old and new; the same trials give the same answers, so that a
// resumed study stops what the first run stopped. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "stats/sequential.h"
#include "store/journal.h"
#include "study/evidence.h"
#include "study/plan.h"
#include "study/winner.h"

namespace assay::study {

/// A cell's state after a look.
struct CellLook {
  std::size_t cell = 0;
  stats::CellJudgement judgement;
};

class Watch {
 public:
  /// `plan` outlives it; cells of kind Combination may be added to it later, one for each model.
  explicit Watch(const Plan& plan);

  /// A trial of the plan's schedule ended.
  void add(std::int64_t ordinal, const store::TrialRow& trial);
  void set_void(std::size_t cell);
  /// The most memory a guest held while it served that cell.
  void set_peak(std::size_t cell, std::int64_t bytes);

  /// Judges the model's levels by all looks that have happened. Cells that are decided or futile
  /// run no further. Judging takes long in a large study; without new trials it is not done again.
  std::vector<CellLook> look(std::size_t model);

  /// Whether trials of the cell are still wanted: neither void nor stopped.
  bool is_active(std::size_t cell) const;

  /// The winning levels of a model by its last look, the best one of each factor, in plan order.
  /// Trials that a level was given after it was stopped do not count: confirming a winner never
  /// makes it lose.
  std::vector<std::size_t> winners(std::size_t model) const;

  /// The one that wins over the others; none without winners.
  std::optional<std::size_t> best_winner(std::size_t model) const;

 private:
  struct Time {
    std::size_t look;
    double ms;
  };
  Showing showing(std::size_t cell) const;
  /// Of the cell's trials in its first `looks` looks; NaN without any.
  double median_ms(std::size_t cell, std::size_t looks) const;

  const Plan& plan_;
  std::vector<std::size_t> position_;  ///< By canary.
  Evidence evidence_;
  std::set<std::size_t> void_;
  std::set<std::size_t> stopped_;
  std::map<std::size_t, std::vector<CellLook>> looks_;  ///< By model; none: judge anew.
  std::map<std::size_t, stats::CellJudgement> judgements_;
  std::map<std::size_t, std::vector<Time>> times_;
  std::map<std::size_t, std::int64_t> peaks_;
};

}  // namespace assay::study

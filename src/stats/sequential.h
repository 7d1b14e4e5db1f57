// A matrix of cells, each compared with the same baseline, judged together and, if wanted, while it
// runs. Called by `study`, which stops cells, and by `finding`, which reports them: both give the
// same numbers and get the same answer. Pure functions; thread-safe.
// docs/design/statistics.md gives the reasons and the measured error rates and savings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stats/interval.h"
#include "stats/spending.h"
#include "stats/verdict.h"

namespace assay::stats {

struct MatrixDesign {
  /// After how many canaries, in running order, the cells are looked at; ascending, the last is all
  /// of them. One look: a fixed design.
  std::vector<std::size_t> looks;
  double alpha = 0.05;   ///< Of any wrong `better` or `worse` in the whole matrix, looks included.
  double margin = 0.05;  ///< Smaller differences count as equivalent.
  Spending spending = Spending::OBrienFleming;
  /// A cell is given up when the predicted probability that its verdict would be other than
  /// undecided at the last look falls below this; 0: never. A fifth is a customary bound (Lachin
  /// 2005); docs/design/statistics.md shows what it saves and what it costs.
  double futility = 0.2;
};

/// One cell against its baseline, canary by canary.
struct CellStream {
  std::vector<std::size_t> positions;  ///< Of each canary in running order, from 0, ascending.
  std::vector<double> differences;     ///< Cell − baseline on that canary, in [−1, 1].
  /// How many leading positions are over and done with, for cell and baseline, canaries that could
  /// not be scored included: looks beyond have not happened.
  std::size_t positions_done = 0;
};

enum class Stop {
  No,       ///< Still running, or ran to the end.
  Decided,  ///< A verdict stands.
  Futile,   ///< More canaries of this study would hardly decide it.
};

/// "no", "decided", "futile".
std::string_view name_of(Stop stop);

struct CellJudgement {
  Judgement judgement;
  /// Over the canaries up to its last look. With more than one look in the design, `interval`
  /// allows for all of them (stopped_mean.h); otherwise it is paired_difference()'s.
  PairedDifference difference;
  /// Of the exact sequential sign-flip test, adjusted by Holm for all cells: the smallest error
  /// rate of the whole matrix at which this cell would be called different. 1 before the first
  /// look.
  double p_adjusted = 1;
  std::size_t looks_taken = 0;  ///< How many looks this cell was part of.
  Stop stop = Stop::No;
};

/// Judges every cell at every look that has happened, in turn; a cell stopped at one look is not
/// looked at again, and what comes after its last look is ignored.
///
/// Better or worse: the exact sign-flip test over all looks so far (sign_flip.h) rejects at the
/// level that Holm's (1979) step-down procedure leaves to the cell. Because a sequential p value
/// never grows from look to look (Liu and Anderson 2008), Holm at each look rejects nothing that
/// Holm at the end would not, so the probability of any wrong `better` or `worse` is at most
/// `alpha`. Equivalent: both one-sided t tests against ±margin reject, at levels that spend `alpha`
/// over the looks (equivalence.h). Futile: see MatrixDesign and futility.h. The interval of a cell
/// that was stopped stays as it was then.
std::vector<CellJudgement> judge_matrix(const MatrixDesign& design,
                                        std::span<const CellStream> cells);

/// `count` looks after equal shares of the canaries, none before `least` canaries: 60 canaries, 5
/// looks, least 8: 12, 24, 36, 48, 60. At least one look, which is at all of them.
std::vector<std::size_t> equal_looks(std::size_t canaries, std::size_t count,
                                     std::size_t least = 8);

}  // namespace assay::stats

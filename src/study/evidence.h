// What a model's trials say so far about each of its cells, canary by canary, in the form in which
// a matrix is judged. Filled by the runner trial by trial and by `finding` from the journal's rows,
// so that both judge the same numbers. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stats/sequential.h"
#include "store/journal.h"

namespace assay::study {

class Evidence {
 public:
  /// Cells and canary positions (places in running order) are numbered from 0.
  Evidence(std::size_t cells, std::size_t canaries, std::int64_t repeats);

  /// A trial of that cell on the canary at that position ended.
  void add(std::size_t cell, std::size_t position, const store::TrialRow& trial);

  /// The cell against the baseline: mean over the counted repeats of each canary that both have.
  stats::CellStream stream(std::size_t cell, std::size_t baseline) const;

 private:
  struct Score {
    double sum = 0;
    std::int64_t counted = 0;
    std::int64_t ended = 0;
  };
  const Score& at(std::size_t cell, std::size_t position) const {
    return scores_[cell * canaries_ + position];
  }

  std::size_t canaries_;
  std::int64_t repeats_;
  std::vector<Score> scores_;  ///< By cell, then position.
};

}  // namespace assay::study

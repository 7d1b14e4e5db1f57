// The part of a run that counts, cut into slices of equal time within each stage: what a comparison
// resamples. Called by comparison. Not thread-safe while it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "load/run_record.h"

namespace assay::load {

struct SlicedRun {
  std::vector<const RequestRecord*> records;  ///< That count, in order; they outlive this.
  std::vector<std::uint32_t> slices;          ///< Which slice each was due in.
  std::vector<std::size_t> strata;            ///< How many slices each stage that counts has.
  std::size_t slice_count = 0;
  double seconds = 0;  ///< Of all stages that count.
};

/// As many slices as there are requests, at most `slices_most`, shared out among the stages by
/// their requests, each stage at least one.
SlicedRun slice_run(std::span<const RequestRecord> records, std::span<const StageRun> stages,
                    std::size_t slices_most);

/// One number for each slice: the sum over its requests of `amount`, by their place in
/// `run.records`.
template <typename Amount>
std::vector<double> slice_sums(const SlicedRun& run, const Amount& amount) {
  std::vector<double> sums(run.slice_count, 0);
  for (std::size_t i = 0; i < run.records.size(); ++i) sums[run.slices[i]] += amount(i);
  return sums;
}

}  // namespace assay::load

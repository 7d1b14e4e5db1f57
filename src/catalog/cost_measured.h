// What a task took in a finished study, so that its cost rests on measurement. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/journal.h"

namespace assay::catalog {

/// Means over trials. The speeds are those that give the measured mean time back, whatever the
/// server kept in its cache: prompt ÷ prefill_tps is the mean time to the first token, and
/// completion ÷ decode_tps the rest of the mean time. Worked number: two trials of 100 + 10 tokens
/// with 200 and 300 ms to the first token of 1,200 and 1,300 ms in all give 100 / 0.25 = 400 tok/s
/// and 10 / 1.0 = 10 tok/s.
struct MeasuredTask {
  double prompt_tokens = 0;
  double completion_tokens = 0;
  double prefill_tps = 0;
  double decode_tps = 0;
  std::int64_t trials = 0;
  std::int64_t left_out = 0;  ///< Trials of the cell that were not measured whole.
};

/// Of the trials with that cell's id that the model ended and that say how many tokens and how much
/// time they took. BadInput when there is none; the hint names the cells there are.
base::Result<MeasuredTask> measured_task(std::span<const store::TrialRow> trials,
                                         std::string_view cell);

}  // namespace assay::catalog

// From an interval to a word.
#pragma once

#include <cstdint>
#include <string_view>

#include "stats/interval.h"

namespace assay::stats {

enum class Verdict { Better, Worse, Equivalent, Undecided };
std::string_view name_of(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::Undecided;
  /// When undecided: about how many more canaries would decide it, if the difference seen is the
  /// true one; -1 when it is not undecided or cannot be said.
  std::int64_t canaries_more = -1;
};

/// Better or worse when the interval excludes 0; else equivalent when the TOST interval lies inside
/// ±margin; else undecided. `margin` is in points of accuracy, 0.05 = five points.
Judgement judge(const PairedDifference& difference, double margin, double power = 0.8);

}  // namespace assay::stats

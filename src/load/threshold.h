// What a run must reach, as written in a scenario: "ttft_ms_p95 < 200". Judged with the figure's
// interval, so that a run too short to tell is inconclusive instead of lucky. Pure; thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "stats/interval.h"

namespace assay::load {

struct Threshold {
  std::string expression;      ///< As written.
  std::string metric;          ///< "ttft_ms_p95", "error_rate", "goodput" …
  bool is_upper_bound = true;  ///< < or <=; else > or >=.
  bool includes_bound = false;
  double bound = 0;
};

/// BadInput for anything but METRIC OP NUMBER with one of < <= > >=; METRIC is letters, digits and
/// underscores. Whether such a figure exists is for the caller to say.
base::Result<Threshold> parse_threshold(std::string_view expression);

enum class Outcome {
  Met,
  Missed,
  Inconclusive,  ///< The bound lies inside the figure's interval, or there is no such figure.
};
std::string_view name_of(Outcome outcome);

/// A figure of a run. An interval of one point is a figure that is exact.
struct Figure {
  double value = 0;
  stats::Interval interval;
};

/// Met or missed when the whole interval lies on one side of the bound.
Outcome judge(const Threshold& threshold, const Figure& figure);

}  // namespace assay::load

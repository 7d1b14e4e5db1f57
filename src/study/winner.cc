#include "study/winner.h"

namespace assay::study {

bool is_faster(double time, double other_ms) { return time < other_ms * (1 - kTie); }

bool is_lighter(std::int64_t bytes, std::int64_t other_bytes) {
  if (bytes <= 0 || other_bytes <= 0) return false;
  return static_cast<double>(bytes) < static_cast<double>(other_bytes) * (1 - kTie);
}

bool wins(const Showing& level, const Showing& baseline) {
  if (level.verdict == stats::Verdict::Better) return true;
  if (level.verdict != stats::Verdict::Equivalent) return false;
  return is_faster(level.time, baseline.time) ||
         (is_lighter(level.memory_bytes, baseline.memory_bytes) &&
          !is_faster(baseline.time, level.time));
}

bool wins_over(const Showing& first, const Showing& second) {
  if (first.verdict != second.verdict) return first.verdict == stats::Verdict::Better;
  if (first.verdict == stats::Verdict::Better) return first.delta > second.delta;
  return first.time < second.time;
}

}  // namespace assay::study

#include "load/steady.h"

#include <algorithm>
#include <vector>

#include "load/measures.h"
#include "stats/steady_state.h"

namespace assay::load {

SteadyFrom steady_from(std::span<const RequestRecord> records, const StageRun& stage) {
  std::vector<const RequestRecord*> due;
  double longest = 0;
  for (const RequestRecord& record : records) {
    if (record.due < stage.from || record.due >= stage.to) continue;
    due.push_back(&record);
    if (record.failure != Failure::None) continue;
    longest = std::max(longest, measure(record, Measure::E2e).value_or(0));
  }
  std::stable_sort(
      due.begin(), due.end(),
      [](const RequestRecord* one, const RequestRecord* other) { return one->due < other->due; });
  std::vector<double> series;
  for (const RequestRecord* record : due) {
    const double taken = measure(*record, Measure::E2e).value_or(0);
    series.push_back(record->failure == Failure::None ? taken : std::max(taken, longest));
  }
  const stats::SteadyState state = stats::find_steady_state(series);
  if (!state.was_reached) return {false, 0};
  if (state.start == 0) return {true, 0};
  return {true, base::to_seconds(due[state.start]->due - stage.from)};
}

}  // namespace assay::load

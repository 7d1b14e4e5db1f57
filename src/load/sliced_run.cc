#include "load/sliced_run.h"

#include <algorithm>
#include <cmath>

namespace assay::load {
namespace {

bool is_due_in(const RequestRecord& record, const StageRun& stage) {
  return record.due >= stage.from && record.due < stage.to;
}

}  // namespace

SlicedRun slice_run(std::span<const RequestRecord> records, std::span<const StageRun> stages,
                    std::size_t slices_most) {
  SlicedRun run;
  std::vector<StageRun> counted;
  std::copy_if(stages.begin(), stages.end(), std::back_inserter(counted),
               [](const StageRun& stage) { return !stage.is_warm_up && stage.from < stage.to; });
  std::vector<std::vector<const RequestRecord*>> by_stage(counted.size());
  for (const RequestRecord& record : records) {
    const auto stage = std::find_if(counted.begin(), counted.end(),
                                    [&](const StageRun& one) { return is_due_in(record, one); });
    if (stage == counted.end()) continue;
    by_stage[static_cast<std::size_t>(stage - counted.begin())].push_back(&record);
    run.records.push_back(&record);
  }
  const auto total = static_cast<double>(std::max<std::size_t>(run.records.size(), 1));
  const double slices_per_request = std::min(1.0, static_cast<double>(slices_most) / total);
  run.records.clear();
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const auto share = static_cast<double>(by_stage[i].size()) * slices_per_request;
    const auto slices = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(share)));
    const double seconds = base::to_seconds(counted[i].to - counted[i].from);
    for (const RequestRecord* record : by_stage[i]) {
      const double place = base::to_seconds(record->due - counted[i].from) / seconds;
      const auto slice = static_cast<std::size_t>(place * static_cast<double>(slices));
      run.records.push_back(record);
      run.slices.push_back(
          static_cast<std::uint32_t>(run.slice_count + std::min(slice, slices - 1)));
    }
    run.strata.push_back(slices);
    run.slice_count += slices;
    run.seconds += seconds;
  }
  return run;
}

}  // namespace assay::load

#include "finding/load_figures.h"

#include <vector>

#include "store/trial_value.h"

namespace assay::finding {
namespace {

using base::Json;

/// The member of every counted trial's `load` that has it.
class Bursts {
 public:
  explicit Bursts(const TrialPointers& trials) {
    for (const store::TrialRow* trial : trials) {
      if (!counts(*trial)) continue;
      const auto detail = base::parse_json(trial->detail);
      if (!detail.has_value()) continue;
      const Json* load = base::find_member(*detail, "load");
      if (load != nullptr) bursts_.push_back(*load);
    }
  }

  double median(std::string_view member) const {
    std::vector<double> values;
    for (const Json& burst : bursts_) {
      if (const auto value = base::number_member(burst, member)) values.push_back(*value);
    }
    return values.empty() ? kUnknown : stats::quantile(values, 0.5);
  }

  std::int64_t sum(std::string_view member) const {
    std::int64_t sum = 0;
    for (const Json& burst : bursts_) sum += base::integer_member(burst, member).value_or(0);
    return sum;
  }

  std::int64_t failed() const {
    std::int64_t sum = 0;
    for (const Json& burst : bursts_) {
      const Json* failed = base::find_member(burst, "failed");
      if (failed == nullptr || !failed->is_object()) continue;
      for (const auto& [name, count] : failed->items()) {
        if (count.is_number_integer()) sum += count.get<std::int64_t>();
      }
    }
    return sum;
  }

 private:
  std::vector<Json> bursts_;
};

}  // namespace

void fill_load(const TrialPointers& trials, CellFinding& finding) {
  const Bursts bursts(trials);
  LoadFigures& load = finding.load.emplace();
  load.requests = bursts.sum("requests");
  load.met = bursts.sum("met");
  load.failed = bursts.failed();
  load.goodput_per_s = bursts.median("goodput_per_s");
  load.rate_achieved = bursts.median("rate_achieved");
  load.itl_ms_p50 = bursts.median("itl_ms_p50");
  load.e2e_ms_p95 = bursts.median("e2e_ms_p95");
  finding.ttft_ms_p95 = bursts.median("ttft_ms_p95");
}

}  // namespace assay::finding

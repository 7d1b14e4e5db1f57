#include "stats/pass_at_k.h"

#include <fmt/core.h>

#include "base/check.h"

namespace assay::stats {
namespace {

/// C(marked, k) / C(all, k): the chance that k drawn without replacement are all marked.
double all_marked(std::int64_t marked, std::int64_t all, std::int64_t k) {
  double probability = 1;
  for (std::int64_t drawn = 0; drawn < k && probability > 0; ++drawn) {
    if (drawn >= marked) return 0;
    probability *= static_cast<double>(marked - drawn) / static_cast<double>(all - drawn);
  }
  return probability;
}

base::Status check_cases(std::span<const Attempts> cases, std::int64_t k) {
  ASSAY_CHECK(k >= 1, "at least one attempt is made");
  if (cases.empty()) return base::bad_input("expected cases that were attempted, found none");
  for (std::size_t index = 0; index < cases.size(); ++index) {
    const Attempts& attempts = cases[index];
    ASSAY_CHECK(attempts.passed >= 0 && attempts.passed <= attempts.trials,
                "those passed are some of the trials");
    if (attempts.trials >= k) continue;
    return base::bad_input(
        fmt::format("expected at least k = {} trials of every case, found {} of case {}", k,
                    attempts.trials, index + 1),
        "repeat every case at least k times, or choose a smaller k");
  }
  return base::Done{};
}

}  // namespace

base::Result<double> pass_at_k(std::span<const Attempts> cases, std::int64_t k) {
  ASSAY_TRY_DONE(check_cases(cases, k));
  double sum = 0;
  for (const Attempts& attempts : cases) {
    sum += 1 - all_marked(attempts.trials - attempts.passed, attempts.trials, k);
  }
  return sum / static_cast<double>(cases.size());
}

base::Result<double> pass_all_k(std::span<const Attempts> cases, std::int64_t k) {
  ASSAY_TRY_DONE(check_cases(cases, k));
  double sum = 0;
  for (const Attempts& attempts : cases) sum += all_marked(attempts.passed, attempts.trials, k);
  return sum / static_cast<double>(cases.size());
}

}  // namespace assay::stats

#include "finding/examples.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "store/trial_value.h"

namespace assay::finding {
namespace {

constexpr std::size_t kExamplesMax = 3;
constexpr std::size_t kTextCharacters = 300;
/// A partial score at or above this is not shown as a failure.
constexpr double kFailedBelow = 0.5;

struct Failure {
  const PlannedCanary* canary = nullptr;
  const store::TrialRow* first = nullptr;
  int count = 0;
};

std::string reason_of(const store::TrialRow& trial) {
  if (!trial.outcome_class.empty()) return outcome_name(trial);
  const auto detail = base::parse_json(trial.detail);
  if (!detail.has_value()) return "";
  return base::string_member(*detail, "reason").value_or("");
}

std::vector<Failure> failures_of(const StudyPlan& plan, const TrialPointers& trials) {
  std::map<std::string_view, Failure> by_canary;
  for (const store::TrialRow* trial : trials) {
    if (!counts(*trial) || value_of(*trial) >= kFailedBelow) continue;
    Failure& failure = by_canary[trial->canary];
    if (failure.first == nullptr) failure.first = trial;
    ++failure.count;
  }
  std::vector<Failure> failures;
  for (const PlannedCanary& canary : plan.canaries) {
    const auto found = by_canary.find(canary.id);
    if (found == by_canary.end()) continue;
    found->second.canary = &canary;
    failures.push_back(found->second);
  }
  return failures;
}

Example example_of(const Failure& failure) {
  return {.canary = failure.canary->id,
          .kind = failure.canary->kind,
          .prompt = base::ellipsize(failure.canary->prompt, kTextCharacters),
          .expected = base::ellipsize(failure.canary->expected, kTextCharacters),
          .reply = base::ellipsize(failure.first->reply, kTextCharacters),
          .reason = reason_of(*failure.first)};
}

}  // namespace

std::vector<Example> failure_examples(const StudyPlan& plan, const TrialPointers& trials) {
  struct KindFailures {
    Failure worst;
    int count = 0;
  };
  std::vector<std::pair<std::string_view, KindFailures>> kinds;
  for (const Failure& failure : failures_of(plan, trials)) {
    auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& known) {
      return known.first == failure.canary->kind;
    });
    if (kind == kinds.end()) kind = kinds.insert(kind, {failure.canary->kind, {}});
    kind->second.count += failure.count;
    if (failure.count > kind->second.worst.count) kind->second.worst = failure;
  }
  std::stable_sort(kinds.begin(), kinds.end(), [](const auto& left, const auto& right) {
    return left.second.count > right.second.count;
  });
  std::vector<Example> examples;
  for (const auto& [name, failures] : kinds) {
    if (examples.size() == kExamplesMax) break;
    examples.push_back(example_of(failures.worst));
  }
  return examples;
}

}  // namespace assay::finding

#include "finding/cell_figures.h"

#include <map>

#include "finding/load_figures.h"
#include "store/trial_value.h"

namespace assay::finding {
namespace {

using CanaryClusters = std::map<std::string, stats::Cluster, std::less<>>;

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return kUnknown;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// The values of one figure over the counted trials, without those that could not be measured.
template <typename Figure>
std::vector<double> measured(const TrialPointers& trials, Figure figure) {
  std::vector<double> values;
  for (const store::TrialRow* trial : trials) {
    const auto value = static_cast<double>(figure(*trial));
    if (counts(*trial) && value >= 0) values.push_back(value);
  }
  return values;
}

CanaryClusters clusters_by_canary(const TrialPointers& trials) {
  CanaryClusters clusters;
  for (const store::TrialRow* trial : trials) {
    if (!counts(*trial)) continue;
    const double value = value_of(*trial);
    stats::Cluster& cluster = clusters[trial->canary];
    cluster.sum += value;
    cluster.sum_of_squares += value * value;
    ++cluster.size;
  }
  return clusters;
}

void fill_counts(const TrialPointers& trials, CellFinding& finding) {
  finding.outcomes = base::Json::object();
  std::map<std::string, std::int64_t> outcomes;
  for (const store::TrialRow* trial : trials) {
    ++outcomes[outcome_name(*trial)];
    if (counts(*trial)) {
      ++finding.n;
    } else {
      ++finding.unscored;
    }
    if (trial->outcome == "scored") ++finding.scored;
    if (is_truncated(*trial)) ++finding.truncated;
  }
  for (const auto& [name, count] : outcomes) finding.outcomes[name] = count;
}

void fill_accuracy(const StudyPlan& plan, const TrialPointers& trials, CellFinding& finding) {
  const CanaryClusters clusters = clusters_by_canary(trials);
  std::vector<stats::Cluster> sizes;
  for (const PlannedCanary& canary : plan.canaries) {
    const auto found = clusters.find(canary.id);
    if (found == clusters.end()) continue;
    const stats::Cluster& cluster = found->second;
    sizes.push_back(cluster);
    finding.canary_means.push_back({canary.id, cluster.sum / static_cast<double>(cluster.size)});
  }
  const auto values = measured(trials, store::value_of);
  finding.accuracy = mean_of(values);
  if (values.empty()) return;
  finding.n_effective = stats::effective_sample_size(sizes);
  finding.accuracy_interval = stats::clustered_wilson(sizes);
  finding.accuracy_untruncated = mean_of(measured(trials, [](const store::TrialRow& trial) {
    return ended_by_itself(trial) ? value_of(trial) : -1.0;
  }));
}

void fill_kinds(const StudyPlan& plan, const TrialPointers& trials, CellFinding& finding) {
  const CanaryClusters clusters = clusters_by_canary(trials);
  for (const PlannedCanary& canary : plan.canaries) {
    auto kind = std::find_if(finding.kinds.begin(), finding.kinds.end(),
                             [&](const KindFinding& known) { return known.kind == canary.kind; });
    if (kind == finding.kinds.end()) {
      kind = finding.kinds.insert(kind, {.kind = canary.kind, .scored = 0, .accuracy = kUnknown});
    }
    const auto found = clusters.find(canary.id);
    if (found == clusters.end()) continue;
    const double before =
        kind->scored == 0 ? 0 : kind->accuracy * static_cast<double>(kind->scored);
    kind->scored += found->second.size;
    kind->accuracy = (before + found->second.sum) / static_cast<double>(kind->scored);
  }
}

void fill_speed_and_cost(const StudyPlan& plan, const PlannedCell& cell,
                         const TrialPointers& trials, CellFinding& finding) {
  const auto ttft = measured(trials, [](const store::TrialRow& trial) { return trial.ttft_ms; });
  finding.ttft_ms_p50 = stats::quantile(ttft, 0.5);
  finding.ttft_ms_p95 = stats::quantile(ttft, 0.95);
  finding.tokens_per_s = stats::quantile(
      measured(trials, [](const store::TrialRow& trial) { return trial.tokens_per_s; }), 0.5);
  finding.wall_ms_p50 = stats::quantile(
      measured(trials, [](const store::TrialRow& trial) { return trial.total_ms; }), 0.5);
  finding.completion_tokens_mean = mean_of(
      measured(trials, [](const store::TrialRow& trial) { return trial.completion_tokens; }));
  finding.prompt_tokens_mean =
      mean_of(measured(trials, [](const store::TrialRow& trial) { return trial.prompt_tokens; }));
  for (const PlannedModel& model : plan.models) {
    if (model.name != cell.model) continue;
    // Prices are per million tokens; a thousand trials are reported.
    finding.cost_usd_per_1000 = (finding.prompt_tokens_mean * model.price_input +
                                 finding.completion_tokens_mean * model.price_output) /
                                1000.0;
  }
}

}  // namespace

CellFinding cell_figures(const StudyPlan& plan, const PlannedCell& cell,
                         const TrialPointers& trials) {
  CellFinding finding;
  finding.id = cell.id;
  finding.kind = cell.kind;
  finding.factor = cell.factor;
  finding.level = cell.level;
  finding.planned = static_cast<std::int64_t>(plan.canaries.size()) * plan.repeats;
  finding.moves = cell.moves;
  finding.settings = base::Json{{"request", cell.request}, {"guest", cell.guest}};
  if (cell.load.is_object()) finding.settings["load"] = cell.load;
  fill_counts(trials, finding);
  fill_accuracy(plan, trials, finding);
  fill_kinds(plan, trials, finding);
  fill_speed_and_cost(plan, cell, trials, finding);
  if (!plan.load.empty()) fill_load(trials, finding);
  return finding;
}

std::optional<stats::PairedDifference> compare(const CellFinding& treatment,
                                               const CellFinding& reference) {
  std::map<std::string_view, double> reference_means;
  for (const CanaryMean& canary : reference.canary_means) {
    reference_means[canary.canary] = canary.mean;
  }
  std::vector<stats::Pair> pairs;
  for (const CanaryMean& canary : treatment.canary_means) {
    const auto found = reference_means.find(canary.canary);
    if (found == reference_means.end()) continue;
    pairs.push_back({.treatment = canary.mean, .baseline = found->second});
  }
  if (pairs.empty()) return std::nullopt;
  return stats::paired_difference(pairs);
}

bool has_verdict(const CellFinding& cell, stats::Verdict verdict) {
  return cell.judgement && cell.judgement->verdict == verdict;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole <= 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace assay::finding

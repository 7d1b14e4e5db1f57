#include "finding/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "finding/comparison_warnings.h"
#include "finding/phrase.h"
#include "stats/independent.h"
#include "store/trial_value.h"

namespace assay::finding {
namespace {

using base::Json;
using TrialKey = std::pair<std::string, std::int64_t>;  // Canary and seed.
using TrialsByKey = std::map<TrialKey, const store::TrialRow*>;

constexpr std::size_t kCellsNamed = 12;

const CellFinding* find_cell(const StudyFinding& finding, std::string_view id) {
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) {
      if (cell.id == id) return &cell;
    }
  }
  return nullptr;
}

std::vector<std::string> cell_ids(const StudyFinding& finding) {
  std::vector<std::string> ids;
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) ids.push_back(cell.id);
  }
  return ids;
}

std::string listed(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t index = 0; index < std::min(ids.size(), kCellsNamed); ++index) {
    text += (text.empty() ? "" : ", ") + ids[index];
  }
  return text + (ids.size() > kCellsNamed ? ", …" : "");
}

/// What a canary asks and expects, by id: an id alone may mean another task in another pack.
std::map<std::string, std::string> canaries_of(const store::StudyRow& row) {
  std::map<std::string, std::string> canaries;
  const auto plan = base::parse_json(row.plan);
  const Json* rows = plan.has_value() ? base::find_member(*plan, "canaries") : nullptr;
  if (rows == nullptr || !rows->is_array()) return canaries;
  for (const Json& canary : *rows) {
    const Json content{base::string_member(canary, "prompt").value_or(""),
                       base::string_member(canary, "expected").value_or("")};
    canaries[base::string_member(canary, "id").value_or("")] = base::dump_json(content);
  }
  return canaries;
}

std::set<std::string> canaries_in_common(const ComparisonSide& first,
                                         const ComparisonSide& second) {
  std::set<std::string> common;
  const auto there = canaries_of(second.row);
  for (const auto& [id, content] : canaries_of(first.row)) {
    const auto found = there.find(id);
    if (found != there.end() && found->second == content) common.insert(id);
  }
  return common;
}

TrialsByKey counted_trials(const ComparisonSide& side, std::string_view cell) {
  TrialsByKey trials;
  for (const store::TrialRow& trial : side.trials) {
    if (trial.cell == cell && store::counts(trial)) {
      trials.emplace(TrialKey{trial.canary, trial.seed}, &trial);
    }
  }
  return trials;
}

struct Sums {
  double first = 0;
  double second = 0;
  std::int64_t trials = 0;
};

/// The trials that both have, by canary.
std::map<std::string, Sums> matching(const TrialsByKey& first, const TrialsByKey& second,
                                     const std::set<std::string>& common) {
  std::map<std::string, Sums> matches;
  for (const auto& [key, trial] : first) {
    const auto partner = second.find(key);
    if (partner == second.end() || common.count(key.first) == 0) continue;
    Sums& sums = matches[key.first];
    sums.first += store::value_of(*trial);
    sums.second += store::value_of(*partner->second);
    ++sums.trials;
  }
  return matches;
}

void compare_paired(const std::map<std::string, Sums>& matches, CellComparison& comparison) {
  std::vector<stats::Pair> pairs;
  Sums all;
  for (const auto& [canary, sums] : matches) {
    const auto trials = static_cast<double>(sums.trials);
    pairs.push_back({.treatment = sums.second / trials, .baseline = sums.first / trials});
    all.first += sums.first;
    all.second += sums.second;
  }
  comparison.paired = true;
  comparison.accuracy_first = all.first / static_cast<double>(comparison.matched);
  comparison.accuracy_second = all.second / static_cast<double>(comparison.matched);
  comparison.difference = stats::paired_difference(pairs);
}

stats::Sample sample_of(const CellFinding& cell) {
  return {.mean = cell.accuracy,
          .size_effective = cell.n_effective,
          .canaries = static_cast<std::int64_t>(cell.canary_means.size())};
}

CellComparison compare_cells(const ComparisonSide& first, const ComparisonSide& second,
                             const CellFinding& cell_first, const CellFinding& cell_second,
                             const std::set<std::string>& common, double margin) {
  CellComparison comparison;
  comparison.first = cell_first.id;
  comparison.second = cell_second.id;
  comparison.trials_first = cell_first.n;
  comparison.trials_second = cell_second.n;
  comparison.accuracy_first = cell_first.accuracy;
  comparison.accuracy_second = cell_second.accuracy;
  comparison.tokens_per_s_first = cell_first.tokens_per_s;
  comparison.tokens_per_s_second = cell_second.tokens_per_s;
  comparison.trial_ms_first = cell_first.wall_ms_p50;
  comparison.trial_ms_second = cell_second.wall_ms_p50;
  const auto matches = matching(counted_trials(first, cell_first.id),
                                counted_trials(second, cell_second.id), common);
  for (const auto& [canary, sums] : matches) comparison.matched += sums.trials;
  const std::int64_t smaller = std::min(cell_first.n, cell_second.n);
  if (smaller == 0) return comparison;
  if (2 * comparison.matched >= smaller) {
    compare_paired(matches, comparison);
  } else {
    comparison.difference =
        stats::independent_difference(sample_of(cell_second), sample_of(cell_first));
  }
  if (first.finding.verdicts && second.finding.verdicts) {
    comparison.judgement = stats::judge(*comparison.difference, margin);
  }
  return comparison;
}

base::Result<const CellFinding*> chosen_cell(const StudyFinding& finding, const std::string& id) {
  const CellFinding* cell = find_cell(finding, id);
  if (cell != nullptr) return cell;
  const std::vector<std::string> ids = cell_ids(finding);
  const auto suggestion = base::nearest(id, ids);
  return base::bad_input(fmt::format("study {} has no cell `{}`", finding.study, id),
                         suggestion ? fmt::format("did you mean `{}`?", *suggestion)
                                    : fmt::format("it has {}", listed(ids)));
}

using CellPairs = std::vector<std::pair<const CellFinding*, const CellFinding*>>;

base::Result<CellPairs> cells_to_compare(const ComparisonSide& first, const ComparisonSide& second,
                                         const CellChoice& choice, StudyComparison& comparison) {
  CellPairs pairs;
  if (!choice.first.empty()) {
    ASSAY_TRY(const CellFinding* const left, chosen_cell(first.finding, choice.first));
    ASSAY_TRY(const CellFinding* const right,
              chosen_cell(second.finding, choice.second.empty() ? choice.first : choice.second));
    pairs.emplace_back(left, right);
    return pairs;
  }
  for (const std::string& id : cell_ids(first.finding)) {
    const CellFinding* other = find_cell(second.finding, id);
    if (other == nullptr) {
      comparison.left_out.push_back(fmt::format("{} (only in {})", id, first.row.id));
    } else {
      pairs.emplace_back(find_cell(first.finding, id), other);
    }
  }
  for (const std::string& id : cell_ids(second.finding)) {
    if (find_cell(first.finding, id) != nullptr) continue;
    comparison.left_out.push_back(fmt::format("{} (only in {})", id, second.row.id));
  }
  if (!pairs.empty()) return pairs;
  return base::bad_input(
      fmt::format("studies {} and {} have no cell in common", first.row.id, second.row.id),
      fmt::format("name one of each with --cell and --with; {} has {}; {} has {}", first.row.id,
                  listed(cell_ids(first.finding)), second.row.id,
                  listed(cell_ids(second.finding))));
}

}  // namespace

base::Result<StudyComparison> compare_studies(const ComparisonSide& first,
                                              const ComparisonSide& second,
                                              const CellChoice& choice) {
  StudyComparison comparison;
  comparison.first = first.row.id;
  comparison.second = second.row.id;
  comparison.margin = std::min(first.finding.margin, second.finding.margin);
  ASSAY_TRY(const CellPairs pairs, cells_to_compare(first, second, choice, comparison));
  const std::set<std::string> common = canaries_in_common(first, second);
  for (const auto& [left, right] : pairs) {
    comparison.cells.push_back(
        compare_cells(first, second, *left, *right, common, comparison.margin));
  }
  comparison.warnings = comparison_warnings(first.finding, second.finding);
  return comparison;
}

}  // namespace assay::finding

// The journal's plan as plain values. `study` writes it (docs/reference/plan.md); this room reads
// only what a finding needs, and leniently: what is missing is unknown, not an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "finding/finding.h"
#include "store/journal.h"

namespace assay::finding {

struct PlannedCanary {
  std::string id;
  std::string kind;  ///< "other" when the plan names none.
  std::string prompt;
  std::string expected;
};

struct PlannedModel {
  std::string name;
  std::string description;         ///< As a person would name it: file or URL with its model.
  std::string url;                 ///< Empty for a guest.
  std::string served_as;           ///< The request's `model` field; a guest's own name.
  double price_input = kUnknown;   ///< USD per million tokens.
  double price_output = kUnknown;  ///< USD per million tokens.
};

struct PlannedCell {
  std::string id;
  std::string model;
  CellKind kind = CellKind::Baseline;
  std::optional<std::string> factor;  ///< Of a Level, else none.
  std::string level;                  ///< As shown; empty unless a Level.
  base::Json moves;                   ///< {"temperature": 1.5}: what differs from the baseline.
  base::Json request;
  base::Json load;   ///< How much of it; null where tasks are measured.
  base::Json guest;  ///< Null for an endpoint that assay does not start.
};

struct StudyPlan {
  std::string study;
  std::string name;
  std::string load;        ///< A burst in words; empty where tasks were measured.
  std::string objectives;  ///< Of a request under load.
  std::string hash;
  std::int64_t repeats = 0;
  double margin = 0.05;
  double alpha = 0.05;
  double futility = 0.2;
  stats::Spending spending = stats::Spending::OBrienFleming;
  /// After how many canaries in running order the levels are judged; the last is all.
  std::vector<std::size_t> looks;
  std::vector<std::size_t> positions;  ///< Place in running order, by canary.
  bool has_design = false;  ///< False for plans of earlier versions: judged as it stands.
  Rule rule;
  bool verdicts = true;
  std::int64_t runs = 0;
  std::vector<std::string> packs;
  std::vector<PlannedCanary> canaries;
  std::vector<PlannedModel> models;
  std::vector<PlannedCell> cells;
};

/// A cell as the plan's JSON has it.
PlannedCell read_cell(const base::Json& json);

/// BadInput, naming the study, when the row's plan is not JSON or has no models, cells or canaries.
base::Result<StudyPlan> read_plan(const store::StudyRow& study);

}  // namespace assay::finding

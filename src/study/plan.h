// From a study file to cells, an envelope and a schedule. Planning never executes: no model is
// started, no endpoint asked. The same file gives the same plan, the same id, the same order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "endpoint/guest.h"
#include "stats/spending.h"
#include "study/cell_kind.h"
#include "study/spec.h"
#include "task/case.h"

namespace assay::study {

/// One model with one set of settings.
struct Cell {
  /// "pebble-m/baseline", "pebble-m/temperature=1.5", "pebble-m/creative" for a [[cell]],
  /// "pebble-m/check:prompt=rich+thinking=true".
  std::string id;
  std::size_t model = 0;  ///< Index into Plan::models.
  CellKind kind = CellKind::Baseline;
  std::vector<Setting> moves;                 ///< What differs from the baseline; empty in it.
  const Factor* factor = nullptr;             ///< The one that a Level moves, else none.
  base::Json level;                           ///< Its value, else null.
  base::Json request = base::Json::object();  ///< Resolved body fields.
  std::string system_prompt;                  ///< Empty: none.
  PromptTemplate prompt;                      ///< Resolved.
  std::int64_t turns = 0;                     ///< Most replies of a conversation; 0: unbounded.
  /// Whether the reasoning of earlier replies is sent back; none: it is not, and the case's own
  /// messages go as they are.
  std::optional<bool> echo_reasoning;
  double load_rate = 0;               ///< Of a burst, in requests per second; 0: not an open loop.
  std::int64_t load_concurrency = 0;  ///< The same of a closed loop.
  std::string quantization;           ///< As asked for; empty: the model's file as it is.
  endpoint::GuestSettings guest;      ///< Resolved; meaningless for an endpoint.
};

/// When cells are judged, and by what error rate.
struct Design {
  std::vector<std::size_t> order;  ///< Canaries in running order, as indices into Plan::canaries.
  std::vector<std::size_t> looks;  ///< After how many of them; the last is all. One: fixed.
  double alpha = 0.05;             ///< Of any wrong `better` or `worse` of a model's cells.
  stats::Spending spending = stats::Spending::OBrienFleming;
  double futility = 0.2;  ///< Chance of a verdict below which a cell is given up; 0: never.

  bool fixed() const { return looks.size() == 1; }
};

/// One trial's place in the schedule; its index there is its ordinal.
struct ScheduledTrial {
  std::size_t cell = 0;
  std::size_t canary = 0;
  std::int64_t repeat = 0;
  std::int64_t seed =
      0;  ///< 31 bits; the same for every cell of a (canary, repeat), so that cells pair.
  std::size_t look = 0;  ///< The look that counts it, from 0.
};

/// What running will take at most (tokens, cost), or about (time).
struct Envelope {
  std::int64_t runs = 0;  ///< The whole grid; stopping early takes fewer.
  /// What confirming a combination may add at most: one cell for each model.
  std::int64_t runs_confirmation = 0;
  std::int64_t tokens_worst =
      0;  ///< Prompts (at three bytes a token) and max_tokens for every answer.
  double wall_s_estimate = 0;  ///< From a guess at speed here; from the smoke run's speed later.
  std::optional<double> cost_usd_worst;  ///< None unless some model has a price.
};

/// Where canaries came from.
struct PackSummary {
  std::string name;
  std::size_t cases = 0;
  std::string hash;
};

struct Plan {
  std::string id;    ///< "<name>-<first 8 digits of the hash>".
  std::string hash;  ///< SHA-256 over everything that decides what is run.
  StudySpec spec;
  std::vector<PackSummary> packs;
  std::vector<task::Case> canaries;  ///< In the packs' order.
  std::vector<ModelSpec> models;
  std::vector<Cell> cells;  ///< By model; its baseline first.
  Design design;
  std::vector<ScheduledTrial> schedule;
  Envelope envelope;
  std::vector<std::string> notes;  ///< What was left out and why, one sentence each.

  bool verdicts() const { return spec.repeats >= 3; }
  /// The contract of `study plan --json`, with what analysis needs besides; docs/reference/plan.md.
  base::Json to_json() const;
};

/// A cell as in the plan's JSON.
base::Json cell_json(const Plan& plan, const Cell& cell);

/// Where a model's baseline stands in plan.cells. Requires that it has one, as every model has.
std::size_t baseline_of(const Plan& plan, std::size_t model);

struct PlanOptions {
  bool allow_single = false;      ///< Permits fewer than three repeats; no verdicts then.
  std::vector<ModelSpec> models;  ///< In place of the file's, when not empty.
  std::filesystem::path home;     ///< Where quantized files would be made.
  bool fixed = false;             ///< Run the whole grid and judge it once.
};

base::Result<Plan> make_plan(StudySpec spec, const PlanOptions& options);

/// Seconds one model needs for one trial on average, as guessed before anything ran: from expected
/// answer lengths and the weights' size.
double guessed_trial_s(const Plan& plan, const Cell& cell);

/// Which bound the envelope breaks: "runs 2160 exceed the budget of 1000"; empty when it fits.
std::string exceeded_bound(const Envelope& envelope, const Budget& budget);

/// Adds the file of a guest or an endpoint ("http://host:port[/path]") to a list of models by what
/// the text looks like: a folder gives every .gguf in it, a path ending in .gguf that file, a URL
/// with
/// `#model` that endpoint. BadInput otherwise. `key_env` may be empty.
base::Result<std::vector<ModelSpec>> models_from_argument(std::string_view argument,
                                                          const std::string& key_env);

/// The models of a plan that to_json() wrote, with paths resolved against the study file's folder:
/// a study is resumed with the models it was started with.
base::Result<std::vector<ModelSpec>> models_of_plan(const base::Json& plan,
                                                    const std::filesystem::path& folder);

}  // namespace assay::study

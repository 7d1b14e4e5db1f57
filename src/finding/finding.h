// What a study found, as one value from which every report is rendered: nothing else is read to
// write a card. Numbers that could not be measured are NaN (null in JSON).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "finding/plan_changes.h"
#include "stats/interval.h"
#include "stats/sequential.h"
#include "stats/verdict.h"
#include "study/cell_kind.h"

namespace assay::finding {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// How one kind of case fared in a cell.
struct KindFinding {
  std::string kind;
  std::int64_t scored = 0;
  double accuracy = kUnknown;
};

/// One canary's mean over its counted repeats in a cell, in [0, 1]: what two cells are paired by.
struct CanaryMean {
  std::string canary;
  double mean = 0;
};

/// One example of a failure, for the card.
struct Example {
  std::string canary;
  std::string kind;
  std::string prompt;  ///< Cut to 300 characters.
  std::string expected;
  std::string reply;   ///< Cut to 300 characters.
  std::string reason;  ///< Scorer's or outcome class.
};

using study::CellKind;

/// Of a cell that was measured under load, over its counted bursts; rates and times are medians of
/// the bursts'.
struct LoadFigures {
  std::int64_t requests = 0;
  std::int64_t met = 0;  ///< Within every objective.
  std::int64_t failed = 0;
  double goodput_per_s = kUnknown;  ///< Requests per second within every objective.
  double rate_achieved = kUnknown;  ///< Answered requests per second.
  double itl_ms_p50 = kUnknown;     ///< Between tokens of one reply.
  double e2e_ms_p95 = kUnknown;     ///< Of a whole request.
};

struct CellFinding {
  std::string id;
  CellKind kind = CellKind::Baseline;
  std::optional<std::string> factor;  ///< Of a Level, else none.
  std::string level;                  ///< As shown: "1.5", "Q2_K"; "" unless a Level.
  std::int64_t planned = 0;
  std::int64_t n = 0;  ///< Trials that count: scored, limit and model failures (as 0).
  double n_effective = 0;
  std::int64_t scored = 0;
  std::int64_t unscored = 0;   ///< infrastructure + scorer_failure + skipped.
  std::int64_t truncated = 0;  ///< finish_reason = length.
  double accuracy = kUnknown;  ///< Under load the share of requests within the objectives.
  stats::Interval accuracy_interval{kUnknown, kUnknown};
  double accuracy_untruncated = kUnknown;             ///< Among replies that ended by themselves.
  std::optional<stats::PairedDifference> difference;  ///< From the baseline; none in it.
  std::optional<stats::Judgement> judgement;  ///< None in the baseline, of a check, of a void arm,
                                              ///< and without repeats.
  double p_adjusted = kUnknown;  ///< Of the sequential test, by Holm for the model's levels.
  std::int64_t looks_taken = 0;  ///< How many looks this level was part of.
  stats::Stop stop = stats::Stop::No;
  base::Json
      arm;  ///< {"state", "evidence", "canaries"}: whether it took effect; null: not checked.
  double ttft_ms_p50 = kUnknown;
  double ttft_ms_p95 = kUnknown;
  double tokens_per_s = kUnknown;  ///< Median over trials, while decoding.
  double wall_ms_p50 = kUnknown;   ///< Of a trial inside the model.
  /// Against the baseline on the canaries this cell was run on: a cell that was stopped early has
  /// fewer, and others are longer. 1 in the baseline.
  double wall_ms_ratio = kUnknown;            ///< Of the medians.
  double completion_tokens_ratio = kUnknown;  ///< Of the means.
  double completion_tokens_mean = kUnknown;
  double prompt_tokens_mean = kUnknown;
  double cost_usd_per_1000 =
      kUnknown;  ///< Of a thousand trials, by the model's prices; NaN without.
  std::int64_t memory_bytes_peak = 0;  ///< 0: not a guest.
  std::optional<LoadFigures> load;     ///< None where tasks were measured.
  std::vector<KindFinding> kinds;
  std::vector<CanaryMean> canary_means;  ///< In plan order; canaries without counted trials absent.
  base::Json outcomes;                   ///< {"scored": 118, "limit(tokens)": 2}: every class seen.
  base::Json settings;                   ///< The resolved request and guest settings of the cell.
  base::Json moves;  ///< {"prompt": "rich", "thinking": true}; null where the plan does not say.
};

/// Whether the setting showed no effect at all, so that the cell was not run.
bool is_void(const CellFinding& cell);

/// What became of a model's winning levels when they were run together.
struct Confirmation {
  enum class Status {
    NotRun,
    Confirmed,
    Interaction,  ///< The combination does not keep what its levels won alone.
  };
  Status status = Status::NotRun;
  bool needed = false;   ///< Something won.
  std::string cell;      ///< What was run: the combination, or the only winner; empty without one.
  std::string sentence;  ///< Why, with figures.
};

/// "not run", "confirmed", "not confirmed: interaction".
std::string_view name_of(Confirmation::Status status);

/// A known way to be misled, with the figures that show it. docs/guide/reading-a-card.md names all.
struct Trap {
  std::string name;      ///< "truncation", "cost_without_quality", …
  std::string cell;      ///< Id of the (first) cell it was seen in.
  std::string sentence;  ///< Begins with the cell's label.
  base::Json figures;    ///< An object of what the sentence rests on; unknown numbers are null.
};

struct ModelFinding {
  std::string model;
  std::string description;         ///< Architecture, parameters, quantization, file size; or URL.
  std::string url;                 ///< Of an endpoint that assay does not start; empty for a guest.
  std::string served_as;           ///< The request's `model` field; a guest's own name.
  base::Json fingerprint;          ///< File hash, engine version, server properties.
  std::vector<CellFinding> cells;  ///< Baseline first, then in plan order.
  std::vector<Example> examples;   ///< Failures of the baseline, one per kind that fails most.
  std::vector<Trap> traps;         ///< By name, then in plan order.
  std::vector<std::string> notes;  ///< One sentence each: losses, missing cells, side effects.
  Confirmation confirmation;
};

/// What a decision asks of a cell before it ranks it; the plan's `decision`.
struct Rule {
  std::optional<double> accuracy_least;  ///< Of the accuracy interval's low end.
  std::optional<double> ttft_ms_most;    ///< Of the 95th percentile.
  std::optional<double> memory_bytes_most;
  std::optional<double> cost_usd_per_1000_most;
  std::string rank = "speed";  ///< Or "memory", "accuracy", "cost".
};

/// What to ship and why.
struct Decision {
  bool made = false;     ///< False: nothing qualifies; `headline` says why.
  std::string headline;  ///< "Ship pebble-m with its baseline settings."
  std::string caveat;    ///< The largest one.
  std::string model;
  std::string cell;     ///< The cell that is recommended (baseline or one level).
  base::Json settings;  ///< Its resolved settings: {"request": {…}, "guest": {…}}.
  std::vector<std::string> reasons;
  std::vector<std::string> against;  ///< Why each other model was not chosen.
  Confirmation confirmation;         ///< Of the chosen model.
};

struct StudyFinding {
  std::string study;  ///< Id.
  std::string name;
  std::string load;        ///< A burst in words; empty where tasks were measured.
  std::string objectives;  ///< Of a request under load: "ttft_ms < 50, e2e_ms < 400".
  std::string hash;
  std::string state;
  std::string created;  ///< ISO 8601.
  std::int64_t canaries = 0;
  std::int64_t repeats = 0;
  double margin = 0.05;
  double alpha = 0.05;             ///< Of any wrong `better` or `worse` of a model's levels.
  std::vector<std::size_t> looks;  ///< After how many canaries levels were judged; one: fixed.
  Rule rule;
  bool verdicts = true;  ///< False with fewer than three repeats.
  std::int64_t planned = 0;
  std::int64_t done = 0;
  double wall_s = kUnknown;  ///< Sum over trials and loads.
  double model_s = kUnknown;
  base::Json machine;  ///< host::MachineFacts::to_json().
  std::string engine;
  std::vector<ModelFinding> models;
  Decision decision;
  std::vector<std::string> packs;  ///< "deskwork (96 cases, sha256 1234abcd…)".
  base::Json inputs;               ///< {"study_file": path, "packs": [{"name", "cases", "hash"}]}.
  base::Json registration;         ///< Of the first `registered` event; null without one.
  /// What the study file says now and did not then; none when nobody looked.
  std::optional<std::vector<PlanChange>> changes;
};

}  // namespace assay::finding

// One run of one plan: what the runner's parts share. Internal to this room; run_study() is the
// face.
//
// run.cc reads the journal, counts and announces, run_setup.cc makes models ready and smokes them,
// run_trials.cc runs look by look and confirms what won.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/engine.h"
#include "net/runtime.h"
#include "store/journal.h"
#include "study/arms.h"
#include "study/plan.h"
#include "study/progress.h"
#include "study/runner.h"
#include "study/smoke.h"
#include "study/target.h"
#include "study/trial.h"
#include "study/watch.h"

namespace assay::study {

/// One run of one plan. Lives for the length of run_study().
class Run {
 public:
  Run(const base::Context& context, const Plan& plan, store::Journal& journal,
      const RunOptions& options)
      : context_(context),
        plan_(plan),
        journal_(journal),
        options_(options),
        progress_(context),
        watch_(plan_),
        arms_(context, runtime_, plan_, event_sink()) {}

  base::Status execute();

 private:
  base::Status read_journal();
  base::Status recall(const std::vector<store::EventRow>& events);
  base::Status commit();
  base::Status open_targets();
  base::Status make_files(const endpoint::Engine& engine);
  base::Status smoke_models();
  base::Status smoke_model(std::size_t model);
  base::Status accept(const Envelope& envelope, std::string_view basis);
  base::Status run_trials();
  base::Status run_look(std::size_t model, std::size_t look);
  base::Status take_look(std::size_t model, std::size_t look);
  base::Status confirm(std::size_t model);
  base::Status combine(std::size_t model, const std::vector<std::size_t>& winners);
  base::Status run_cell(std::size_t cell);
  base::Status run_one(std::int64_t ordinal);
  base::Result<TrialResult> ask_model(std::int64_t ordinal, const Cell& cell, Target& target);
  base::Status prepare_group(const Cell& cell, std::size_t group);
  base::Status check_arms(const std::vector<std::size_t>& cells, Target& target);
  base::Status note_failures(const store::TrialRow& row, const Cell& cell);
  base::Status append(const store::TrialRow& row);
  base::Status event(std::string_view kind, const std::string& model, const base::Json& detail);
  EventSink event_sink();
  void note_peak(const base::Json& detail);
  base::Status finish(base::Status status, const base::Json& times);
  base::Error interrupted() const;
  double load_s() const;
  void show_progress(const Cell& cell);
  void count_left();
  double left_s() const;
  std::int64_t left() const;
  std::int64_t left_to_confirm(std::size_t model) const;
  std::int64_t undone(std::size_t cell) const;
  std::optional<std::size_t> combination_of(std::size_t model) const;
  bool has_several_loads(std::size_t model) const;
  std::vector<std::size_t> cells_of_group(std::size_t group) const;
  Target& target_of(const Cell& cell) { return *targets_[cell.model]; }
  bool is_done(std::int64_t ordinal) const { return done_.count(ordinal) != 0; }
  const Cell& cell_of(std::int64_t ordinal) const {
    return plan_.cells[plan_.schedule[static_cast<std::size_t>(ordinal)].cell];
  }

  const base::Context& context_;
  Plan plan_;  ///< Grows by the combinations that are confirmed.
  store::Journal& journal_;
  const RunOptions& options_;
  net::Runtime runtime_;
  std::vector<std::size_t> groups_;
  Progress progress_;
  Watch watch_;
  Arms arms_;
  std::set<std::int64_t> done_;
  std::set<std::pair<std::string, std::int64_t>> looks_noted_;  ///< Model, look.
  std::set<std::string> unconfirmed_;  ///< Models whose confirmation the budget forbids.
  bool committed_ = false;
  std::map<std::string, std::string> file_digests_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<std::optional<SmokeResult>> smokes_;
  std::vector<std::int64_t> trials_left_;  ///< By model.
  std::vector<double> trial_s_mean_;       ///< By model: the smoke run's, then a running mean.
  std::optional<std::size_t> group_ready_;
  std::optional<base::Error> group_failure_;  ///< Why the current group cannot be tried.
  int failures_in_a_row_ = 0;
  double model_s_ = 0;
  double tokens_per_s_ = 0;
};

}  // namespace assay::study

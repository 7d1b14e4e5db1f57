// Whether each cell's setting takes effect at all. Before a cell's first trial a few canaries are
// asked under it, and what is observed is held against the same under the baseline. Used by the
// runner only; not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "net/runtime.h"
#include "store/journal.h"
#include "study/plan.h"
#include "study/smoke.h"
#include "study/target.h"

namespace assay::study {

enum class ArmState {
  Unchecked,
  Effective,  ///< Something observable changed.
  Void,       ///< Nothing did: the cell is not run and gets no verdict.
  Untold,     ///< Cannot be told: the same request and seed give different replies by themselves.
};

/// "unchecked", "effective", "void", "untold".
std::string_view name_of(ArmState state);

/// What a conversation's replies show, member by member: how many there are, text, reasoning, tool
/// calls, finish reason, token counts, the first tokens' probabilities, failure. Of several
/// replies, each member is a list.
base::Json observed(const std::vector<endpoint::ChatReply>& replies);

class Arms {
 public:
  Arms(const base::Context& context, net::Runtime& runtime, const Plan& plan, EventSink events);

  /// Takes over what an earlier run of the study found.
  void recall(const std::vector<store::EventRow>& events);

  /// The cell has trials: whatever it is, they stand, and it is checked no more.
  void exempt(std::size_t cell) { exempt_.insert(cell); }

  /// Checks those of the cells, all on the load that `target` holds, that are unchecked yet; the
  /// baseline first when it is among them and some level of its model is unchecked. A canary is
  /// given as long as a trial would be. Each finding is an event `arm`. Failures of the endpoint
  /// leave cells unchecked: their trials will tell. Errors: the journal's, Interrupted.
  base::Status check(const std::vector<std::size_t>& cells, Target& target,
                     const SmokeResult& smoke);

  ArmState state(std::size_t cell) const;

  /// Seconds spent inside models so far.
  double model_s() const { return model_s_; }

 private:
  struct Seen {
    base::Json told;                            ///< By the server about its settings.
    std::map<std::string, base::Json> replies;  ///< By canary: one for each way of asking.
  };
  bool is_wanted(std::size_t index) const;
  bool any_wanted(std::size_t model) const;
  base::Status check_baseline(const Cell& cell, Target& target, const SmokeResult& smoke);
  base::Status check_cell(std::size_t index, Target& target, const SmokeResult& smoke);
  base::Result<base::Json> ask(const Cell& cell, const task::Case& canary, Target& target,
                               const SmokeResult& smoke);
  base::Result<bool> is_cut_at_limit(const Cell& cell, Target& target, const SmokeResult& smoke);
  base::Status check_under_load(std::size_t index);
  std::string changed_setting(const Cell& cell, const Seen& baseline, const Target& target) const;
  base::Status note(std::size_t index, ArmState state, const std::string& evidence,
                    std::size_t asked);

  const base::Context& context_;
  net::Runtime& runtime_;
  const Plan& plan_;
  EventSink events_;
  std::vector<const task::Case*> probes_;
  std::map<std::size_t, Seen> baselines_;  ///< By model.
  double model_s_ = 0;
  std::map<std::string, ArmState> states_;  ///< By cell id.
  std::set<std::size_t> exempt_;
};

}  // namespace assay::study

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
#include "study/target.h"

namespace assay::study {

/// How many canaries are asked, at most; a cell whose effect shows is asked no further.
inline constexpr std::size_t kProbesMost = 8;

enum class ArmState {
  Unchecked,
  Effective,  ///< Something observable changed.
  Void,       ///< Nothing did: the cell is not run and gets no verdict.
  Untold,     ///< Cannot be told: the same request and seed give different replies by themselves.
};

/// "unchecked", "effective", "void", "untold".
std::string_view name_of(ArmState state);

/// What one reply shows, member by member: text, reasoning, tool calls, finish reason, token
/// counts, the first tokens' probabilities.
base::Json observed(const endpoint::ChatReply& reply);

class Arms {
 public:
  Arms(const base::Context& context, net::Runtime& runtime, const Plan& plan, EventSink events);

  /// Takes over what an earlier run of the study found.
  void recall(const std::vector<store::EventRow>& events);

  /// Checks those of the cells, all on the load that `target` holds, that are unchecked yet; the
  /// baseline first when it is among them. Each finding is an event `arm`. Failures of the endpoint
  /// leave cells unchecked: their trials will tell. Errors: the journal's, Interrupted.
  base::Status check(const std::vector<std::size_t>& cells, Target& target);

  ArmState state(std::size_t cell) const;

 private:
  struct Seen {
    base::Json told;                            ///< By the server about its settings.
    std::map<std::string, base::Json> replies;  ///< By canary: one for each way of asking.
  };
  base::Status check_baseline(const Cell& cell, Target& target);
  base::Status check_cell(std::size_t index, Target& target);
  base::Result<base::Json> ask(const Cell& cell, const task::Case& canary, Target& target);
  std::string changed_setting(const Cell& cell, const Seen& baseline, const Target& target) const;
  base::Status note(std::size_t index, ArmState state, const std::string& evidence,
                    std::size_t asked);

  const base::Context& context_;
  net::Runtime& runtime_;
  const Plan& plan_;
  EventSink events_;
  std::vector<const task::Case*> probes_;
  std::map<std::size_t, Seen> baselines_;   ///< By model.
  std::map<std::string, ArmState> states_;  ///< By cell id.
};

}  // namespace assay::study

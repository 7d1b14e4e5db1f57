// Runs a scenario against one endpoint: makes the requests, calibrates the client, sends, watches
// the server, and returns what was measured. Called by `cli` and by studies that measure under
// load. Blocks; its threads end before it returns.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "load/breakpoint.h"
#include "load/live_state.h"
#include "load/run_record.h"
#include "load/scenario.h"
#include "load/sender.h"

namespace assay::load {

/// Keeps everything in memory: for short runs.
class RecordsInMemory final : public RecordSink {
 public:
  void take(std::vector<NumberedRecord> block) override;
  void take(std::vector<EventRecord> block) override;
  std::vector<RequestRecord> records() const;  ///< By number.
  std::vector<NumberedRecord> numbered() const;
  const std::vector<EventRecord>& events() const { return events_; }

 private:
  std::mutex mutex_;
  std::vector<NumberedRecord> requests_;
  std::vector<EventRecord> events_;
};

struct SendOutcome {
  ClientUse client;
  double in_flight_sampled = -1;
  std::string stopped_early;      ///< Why; empty at the plan's end, and when `is_over` said so.
  bool was_interrupted = false;   ///< By Ctrl-C.
  base::MonotonicTime start;      ///< What records' times are counted from.
  base::Nanoseconds sent_for{0};  ///< Until the plan's end, or until it was stopped.
};

/// What the thread that started a run does about five times a second. Each may be empty.
struct SendHooks {
  OnLive on_live;
  std::function<bool(base::Nanoseconds elapsed)> is_over;  ///< True: nothing more is to be learnt.
};

/// Sends a plan on as many threads as it says. Errors: System (no descriptors), Unreachable (no
/// such host).
base::Result<SendOutcome> send_all(const base::Context& context, const SendPlan& plan,
                                   const std::string& target_name, RecordSink& records,
                                   const SendHooks& hooks);

/// What a run tells before it sends: one sentence a step.
using OnStep = std::function<void(const std::string&)>;

struct RunSettings {
  std::filesystem::path folder;  ///< For the raw records; empty: they are kept in memory only.
  OnLive on_live;
  OnStep on_step;
};

struct RunOutcome {
  TargetRun run;
  std::optional<BreakpointResult> breakpoint;  ///< Of a scenario that searches for one.
};

/// Everything about one target. Failures of the server are in the records; errors are what kept the
/// run from being made: BadInput (URL, key, cases, trace), Unreachable (no tokenizer for synthetic
/// prompts), System (disk, descriptors). Ctrl-C ends the run with what there is: its stages then
/// end there.
base::Result<RunOutcome> run_target(const base::Context& context, const Scenario& scenario,
                                    const Target& target, const RunSettings& settings);

}  // namespace assay::load

#include "load/send_plan.h"

#include <algorithm>

#include "base/check.h"
#include "endpoint/chat_request.h"
#include "load/duration.h"

namespace assay::load {
namespace {

StageRun stage_run(std::size_t index, const std::string& name, double from_s, double seconds,
                   bool is_warm_up) {
  StageRun stage;
  stage.name = name.empty() ? std::to_string(index + 1) : name;
  stage.from = nanoseconds(from_s);
  stage.to = nanoseconds(from_s + seconds);
  stage.is_warm_up = is_warm_up;
  return stage;
}

}  // namespace

std::vector<StageRun> stages_of(const Scenario& scenario, const std::vector<Arrival>& arrivals) {
  std::vector<StageRun> runs;
  double from_s = 0;
  for (const Stage& stage : scenario.stages) {
    runs.push_back(stage_run(runs.size(), stage.name, from_s, stage.seconds, stage.is_warm_up));
    runs.back().rate_at_start = stage.rate_at_start;
    runs.back().rate_at_end = stage.rate_at_end;
    from_s += stage.seconds;
  }
  for (const ClosedStage& stage : scenario.closed_stages) {
    runs.push_back(stage_run(runs.size(), stage.name, from_s, stage.seconds, stage.is_warm_up));
    runs.back().concurrency = stage.concurrency;
    from_s += stage.seconds;
  }
  if (scenario.replay && !arrivals.empty()) {
    // A trace ends with its last arrival, which belongs to it.
    const double seconds = base::to_seconds(arrivals.back().due) + 1e-3;
    runs.push_back(stage_run(0, "trace", 0, seconds, false));
    runs.back().rate_at_start = static_cast<double>(arrivals.size()) / seconds;
    runs.back().rate_at_end = runs.back().rate_at_start;
  }
  return runs;
}

base::Result<SendPlan> plan_sending(const Scenario& scenario, const Target& target,
                                    const std::string& key, std::vector<TraceRequest>& trace) {
  SendPlan plan;
  plan.address = {target.url, target.model, key};
  ASSAY_TRY(plan.base, endpoint::parse_address(plan.address));
  plan.kind = scenario.kind;
  plan.work = scenario.work;
  plan.client = scenario.client;
  plan.seed = scenario.seed;
  plan.timeout = nanoseconds(scenario.timeout_s);
  if (scenario.replay) {
    ASSAY_TRY(trace, read_trace(*scenario.replay));
    for (const TraceRequest& request : trace) plan.arrivals.push_back({request.due, 0});
  } else if (!scenario.stages.empty()) {
    ASSAY_TRY(plan.arrivals,
              schedule_arrivals(Profile(scenario.stages), scenario.arrivals, scenario.seed));
  }
  plan.stages = stages_of(scenario, plan.arrivals);
  return plan;
}

void set_conversations(SendPlan& plan, std::vector<Conversation> conversations) {
  ASSAY_CHECK(!conversations.empty(), "a run says something");
  plan.conversations = std::move(conversations);
  plan.first_requests.clear();
  plan.turns_most = 1;
  for (const Conversation& conversation : plan.conversations) {
    plan.turns_most = std::max(plan.turns_most, conversation.requests());
    plan.first_requests.push_back(request_of(plan, conversation, 0, {}));
  }
}

std::string request_of(const SendPlan& plan, const Conversation& conversation, std::size_t turn,
                       std::span<const std::string> replies) {
  endpoint::ChatRequest request;
  request.messages = messages_of(conversation, turn, replies);
  request.settings = settings_of(conversation, plan.work);
  return endpoint::wire_request(plan.address, plan.base, request, plan.work.streams);
}

}  // namespace assay::load

// A scenario made concrete for one endpoint: every request that can be known before the run, in
// bytes, and when each is due. Made once; read by all threads that send. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "endpoint/chat.h"
#include "load/arrivals.h"
#include "load/conversation.h"
#include "load/run_record.h"
#include "load/scenario.h"
#include "net/url.h"

namespace assay::load {

struct SendPlan {
  endpoint::Address address;
  net::Url base;  ///< What parse_address() gave.
  LoadKind kind = LoadKind::Open;
  Work work;
  ClientSettings client;
  std::uint64_t seed = 1;
  base::Nanoseconds timeout{0};  ///< Of one request.
  std::vector<Conversation> conversations;
  std::vector<std::string> first_requests;  ///< Of each conversation, as it goes out.
  std::size_t turns_most = 1;               ///< Of any conversation.
  /// Of conversations in an open loop: number k holds conversation k modulo their number. Its turn
  /// t is request k · turns_most + t.
  std::vector<Arrival> arrivals;
  std::vector<StageRun> stages;

  base::Nanoseconds ends() const { return stages.back().to; }
};

/// Stages with their names and times, of a trace the one that it is; empty for a breakpoint search.
std::vector<StageRun> stages_of(const Scenario& scenario, const std::vector<Arrival>& arrivals);

/// Everything except for conversations, which need a tokenizer. BadInput when the target's URL or
/// key cannot be used, or the trace, which is then read into `trace`, cannot be.
base::Result<SendPlan> plan_sending(const Scenario& scenario, const Target& target,
                                    const std::string& key, std::vector<TraceRequest>& trace);

/// Takes the conversations in and composes their first requests.
void set_conversations(SendPlan& plan, std::vector<Conversation> conversations);

/// The request of a later turn, as it goes out.
std::string request_of(const SendPlan& plan, const Conversation& conversation, std::size_t turn,
                       std::span<const std::string> replies);

}  // namespace assay::load

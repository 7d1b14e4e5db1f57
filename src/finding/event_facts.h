// What the journal's events say about machine, engine and guests. Members that an event lacks are
// left unknown.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "finding/finding.h"
#include "store/journal.h"

namespace assay::finding {

struct GuestLossFact {
  std::string cell;
  std::string message;
  bool out_of_memory = false;
};

/// What a guest said of itself when it was ready (llama-server's /props).
struct GuestReadyFact {
  std::string cell;
  std::int64_t slot_tokens = -1;  ///< Context of one slot; negative: it did not say.
  std::int64_t slots = 1;
};

struct ModelFacts {
  base::Json fingerprint = base::Json::object();  ///< Of the first guest that became ready.
  std::vector<GuestReadyFact> guests;             ///< Every load, in order.
  std::vector<GuestLossFact> losses;
};

/// Why a combination was not run.
struct NotConfirmedFact {
  std::string cell;
  std::string reason;
};

struct EventFacts {
  base::Json machine = base::Json::object();
  std::string engine;  ///< "llama.cpp b1234 (pinned)"; empty when no guest was started.
  std::map<std::string, ModelFacts, std::less<>> models;
  std::map<std::string, std::int64_t, std::less<>> peak_bytes;  ///< By cell id.
  std::map<std::string, base::Json, std::less<>> arms;  ///< Detail of the event `arm`, by cell id.
  std::vector<base::Json> combinations;                 ///< Cells that were added, as in a plan.
  std::map<std::string, NotConfirmedFact, std::less<>> not_confirmed;  ///< By model.
  double load_s = 0;
};

EventFacts read_events(const std::vector<store::EventRow>& events);

}  // namespace assay::finding

// Builds what the twin answers, byte for byte and before any of it is due, so that sending on time
// is all that is left to do. OpenAI's chat completion format, whole and streamed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "endpoint/twin_request.h"
#include "endpoint/twin_rule.h"
#include "endpoint/twin_script.h"
#include "endpoint/twin_service.h"
#include "net/http_client.h"

namespace assay::endpoint {

struct TwinReply {
  int status = 200;
  net::Headers headers;
  bool streamed = false;
  std::string opening;                     ///< Streamed: goes out with the head, before any event.
  std::vector<std::string> events;         ///< Not streamed: one, the whole body.
  std::vector<std::int64_t> event_tokens;  ///< Of each event.
  std::int64_t prompt_tokens = 0;          ///< Of the request, as the twin counts them.
  std::string closing;                     ///< Streamed: what follows the last event.
  ServicePlan plan;                        ///< One event each, and the closing.
};

/// A Chat or Error rule's reply. `created` is in Unix seconds.
TwinReply build_reply(const TwinScript& script, const Rule& rule, const Answer& answer,
                      const TwinRequest& request, std::int64_t created);

/// A Body or Raw rule's.
TwinReply build_bytes(const Rule& rule);

/// {"error": {"message", "type", "code"}}, with the type that goes with the status.
base::Json error_json(int status, std::string_view message);

}  // namespace assay::endpoint

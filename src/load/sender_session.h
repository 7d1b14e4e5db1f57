// One conversation under way, in a place that is used anew for the next. Internal to the sender.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "endpoint/stream_scan.h"
#include "load/run_record.h"
#include "net/flow.h"

namespace assay::load {

struct Session {
  explicit Session(endpoint::StreamReader& reader) : scan(reader) {}

  endpoint::StreamScan scan;
  RequestRecord record;
  std::uint32_t number = 0;  ///< Of the request under way.
  std::size_t conversation = 0;
  std::size_t turn = 0;
  std::vector<std::string> replies;  ///< To the turns before; kept only where a turn follows.
  std::string reply;                 ///< What came of the present one; the same.
  std::string request;               ///< Bytes of a later turn.
  std::size_t arrival = 0;           ///< Open loop: which of the plan's.
  std::int64_t user = -1;            ///< Closed loop: whose it is.
  std::uint64_t begun = 0;           ///< Closed loop: conversations begun by the user.
  int failures_in_a_row = 0;
  bool is_under_way = false;
  bool waited = false;  ///< Every connection was taken when it was due.
  base::MonotonicTime submitted;
};

/// Of what the client says and, where a reply began, of what its reader says; `end` may be null.
Failure failure_of(net::FlowFailure transport, const endpoint::StreamEnd* end);

}  // namespace assay::load

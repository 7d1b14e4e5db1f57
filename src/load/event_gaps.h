// The raw gaps between the events of a reply, kept apart from ITL: several tokens in one event must
// not look like one slow token. Pure; thread-safe.
#pragma once

#include <cstdint>

#include "load/run_record.h"

namespace assay::load {

/// Of all pairs of neighbouring events with output of one reply, in milliseconds. Plain order
/// statistics without intervals: they only describe how the server batches its output.
struct EventGaps {
  std::size_t gaps = 0;
  double ms_p50 = 0;
  double ms_p95 = 0;
  double ms_p99 = 0;
  double ms_max = 0;
  /// Gaps so small that both events came in one read: 0 ns apart by their stamps.
  double coalesced_share = 0;
  /// Above 1: only every so many-th request was looked at, because there were too many events.
  std::size_t one_request_in = 1;
};

}  // namespace assay::load

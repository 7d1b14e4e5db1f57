// Arrivals and lengths as somebody's server once saw them, read from JSON lines. Called when a run
// is planned. Untrusted text: every line is checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "load/scenario.h"

namespace assay::load {

struct TraceRequest {
  base::Nanoseconds due{0};  ///< Since the first of them, at the replay's speed.
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;  ///< 0: the trace does not say.
};

/// One object a line with `timestamp_s` or `timestamp_ms`, `input_tokens` and, if known,
/// `output_tokens`; `input_length` and `output_length` (Mooncake's traces, whose `timestamp` is in
/// milliseconds) will do. Lines may be in any order; other members are passed over. BadInput names
/// file and line. At most 10,000,000 requests.
base::Result<std::vector<TraceRequest>> parse_trace(std::string_view text, std::string_view source,
                                                    const Replay& replay);
base::Result<std::vector<TraceRequest>> read_trace(const Replay& replay);

}  // namespace assay::load

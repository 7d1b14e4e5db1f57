// Whether and when a failed attempt is made again. Internal to this room.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "endpoint/chat.h"
#include "endpoint/client.h"

namespace assay::endpoint {

/// Only what may go away by itself, and only before the first token: a second attempt would
/// otherwise hide a model that breaks half way.
bool is_retryable(const ChatReply& reply);

/// wait_first_ms × 2^(failed_attempts−1), at most wait_max_ms, times the jitter: 0.5 + unit/2 with
/// `unit` in [0, 1). Example: 250 ms first, third failure, unit 0.5: 250 × 4 × 0.75 = 750 ms.
base::Nanoseconds backoff(const RetryPolicy& policy, int failed_attempts, double unit);

/// Retry-After (RFC 9110, section 10.2.3): seconds, or a date in IMF form, whose distance from
/// `wall_unix_ms` is at least 0. None when it is neither.
std::optional<base::Nanoseconds> parse_retry_after(std::string_view value,
                                                   std::int64_t wall_unix_ms);

}  // namespace assay::endpoint

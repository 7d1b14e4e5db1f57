// What is kept of one request: times as they were seen and counts as they were said, no figure that
// is derived. Written by the sender, read by everything that judges. docs/reference/load.md defines
// the terms.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace assay::load {

/// Why a request brought no whole answer. A failed request stays in every denominator: it met no
/// objective, and its time is at least what it had taken when it failed.
enum class Failure : std::uint8_t {
  None,
  Connect,        ///< No connection: refused, unreachable, no such host.
  Tls,            ///< The handshake failed or the certificate does not verify.
  Http4xx,        ///< A client error other than 429; a redirect, which is not followed, too.
  RateLimited,    ///< 429.
  Http5xx,        ///< A server error.
  Cut,            ///< The connection ended inside the reply.
  Malformed,      ///< What came is not HTTP, not a stream of events, or not the format spoken.
  Timeout,        ///< The deadline passed.
  ClientLimited,  ///< We could not send it in time.
};
inline constexpr std::size_t kFailures = 10;
/// "connect", "http_4xx", "rate_limited" …; "none" for None.
std::string_view name_of(Failure failure);

/// Stands for a moment that did not come.
inline constexpr base::Nanoseconds kNever{-1};

/// Times since the start of the run; tokens and counts are −1 where nobody said.
struct RequestRecord {
  base::Nanoseconds due{0};  ///< When the schedule wanted it; in a closed loop when it was sent.
  base::Nanoseconds sent = kNever;           ///< Its last byte was handed to the kernel.
  base::Nanoseconds first_byte = kNever;     ///< Of the reply.
  base::Nanoseconds first_content = kNever;  ///< Content, reasoning or tool call; not a role.
  base::Nanoseconds first_answer = kNever;   ///< The first of these that is not reasoning.
  base::Nanoseconds last_content = kNever;
  base::Nanoseconds ended{0};       ///< Its last byte came, or it failed.
  std::int64_t prompt_tokens = -1;  ///< As the server counted them.
  std::int64_t output_tokens = -1;  ///< The same.
  std::int64_t content_events = 0;  ///< Events that carried content, reasoning or a tool call.
  std::int32_t http_status = 0;     ///< 0: none came.
  std::uint32_t stage = 0;
  std::uint32_t work = 0;  ///< Which prompt or conversation.
  Failure failure = Failure::None;
};

}  // namespace assay::load

// The times of one request, as docs/reference/load.md defines them. Pure; thread-safe.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "load/record.h"

namespace assay::load {

/// In milliseconds.
enum class Measure {
  Ttft,           ///< First content − sent.
  TtftScheduled,  ///< First content − due: what a user waited who came when the schedule said.
  Ttfo,           ///< First output that is not reasoning − sent.
  Itl,            ///< (Last content − first content) / (output tokens − 1).
  Tpot,           ///< The same figure under its other name.
  E2e,            ///< Ended − sent.
  E2eScheduled,   ///< Ended − due.
};
inline constexpr std::size_t kMeasures = 7;
/// "ttft_ms", "ttft_scheduled_ms" …
std::string_view name_of(Measure measure);
std::optional<Measure> find_measure(std::string_view name);

/// None when a moment it needs did not come, and for Itl and Tpot below two output tokens. Output
/// tokens are the server's count, else the number of events with content. Of a failed request only
/// what it reached is known: E2e and E2eScheduled are then times it took at least.
std::optional<double> measure(const RequestRecord& record, Measure which);

/// The server's count of output tokens, else events with content.
std::int64_t output_tokens_of(const RequestRecord& record);

}  // namespace assay::load

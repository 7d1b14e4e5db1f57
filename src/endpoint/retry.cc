#include "endpoint/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/text.h"

namespace assay::endpoint {
namespace {

/// Longer waits mean the same: not within this trial.
constexpr std::int64_t kWaitMsMax = std::int64_t{366} * 24 * 3600 * 1000;

base::Nanoseconds from_ms(double ms) {
  const double bounded = std::clamp(ms, 0.0, static_cast<double>(kWaitMsMax));
  return base::Nanoseconds(std::llround(bounded * 1e6));
}

std::optional<unsigned> parse_unsigned(std::string_view digits) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<unsigned> parse_month(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto* const found = std::find(kMonths.begin(), kMonths.end(), name);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" as milliseconds since 1970.
std::optional<std::int64_t> parse_http_date(std::string_view date) {
  constexpr std::string_view kPattern = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (date.size() != kPattern.size() || !date.ends_with(" GMT")) return std::nullopt;
  const auto day = parse_unsigned(date.substr(5, 2));
  const auto month = parse_month(date.substr(8, 3));
  const auto year = parse_unsigned(date.substr(12, 4));
  const auto hour = parse_unsigned(date.substr(17, 2));
  const auto minute = parse_unsigned(date.substr(20, 2));
  const auto second = parse_unsigned(date.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day calendar{std::chrono::year(static_cast<int>(*year)),
                                             std::chrono::month(*month), std::chrono::day(*day)};
  if (!calendar.ok()) return std::nullopt;
  const auto time = std::chrono::sys_days(calendar) + std::chrono::hours(*hour) +
                    std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

bool is_retryable(const ChatReply& reply) {
  if (!reply.failure || !reply.times.token_ms.empty()) return false;
  switch (reply.failure->failure) {
    case FailureClass::Unreachable:
    case FailureClass::RateLimited:
    case FailureClass::ServerError:
      return true;
    case FailureClass::Deadline:
    case FailureClass::CutStream:
    case FailureClass::Malformed:
    case FailureClass::Unauthorized:
    case FailureClass::NotFound:
    case FailureClass::ContextOverflow:
    case FailureClass::Rejected:
    case FailureClass::Interrupted:
      return false;
  }
  return false;
}

base::Nanoseconds backoff(const RetryPolicy& policy, int failed_attempts, double unit) {
  const double doubled = policy.wait_first_ms * std::exp2(failed_attempts - 1);
  return from_ms(std::min(doubled, policy.wait_max_ms) * (0.5 + unit / 2));
}

std::optional<base::Nanoseconds> parse_retry_after(std::string_view value,
                                                   std::int64_t wall_unix_ms) {
  const std::string_view text = base::trim(value);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (!std::isfinite(seconds) || seconds < 0) return std::nullopt;
    return from_ms(seconds * 1000);
  }
  const auto date_ms = parse_http_date(text);
  if (!date_ms) return std::nullopt;
  return from_ms(static_cast<double>(*date_ms - wall_unix_ms));
}

}  // namespace assay::endpoint

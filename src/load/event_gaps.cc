#include "load/event_gaps.h"

#include <algorithm>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"

namespace assay::load {
namespace {

/// By then a number is looked at by an accident that nobody will see.
constexpr std::size_t kOneRequestInMost = std::size_t{1} << 62U;

}  // namespace

EventGapCounter::EventGapCounter(std::size_t gaps_max) : gaps_max_(gaps_max) {
  ASSAY_CHECK(gaps_max >= 1, "room for a gap");
}

bool EventGapCounter::is_looked_at(std::uint32_t request) const {
  return one_request_in_ == 1 || (base::Random(request).next() & (one_request_in_ - 1)) == 0;
}

void EventGapCounter::leave_out_half() {
  one_request_in_ *= 2;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < gaps_ns_.size(); ++i) {
    if (!is_looked_at(requests_[i])) continue;
    gaps_ns_[kept] = gaps_ns_[i];
    requests_[kept++] = requests_[i];
  }
  gaps_ns_.resize(kept);
  requests_.resize(kept);
  std::erase_if(arrived_last_ns_, [&](const auto& entry) { return !is_looked_at(entry.first); });
}

void EventGapCounter::add(std::span<const EventRecord> events) {
  for (const EventRecord& event : events) {
    if (!is_looked_at(event.request)) continue;
    const auto [last, is_first] = arrived_last_ns_.try_emplace(event.request, event.arrived_ns);
    if (!is_first) {
      // A damaged file may have times further apart than 64 bits hold.
      const auto gap = static_cast<std::int64_t>(static_cast<std::uint64_t>(event.arrived_ns) -
                                                 static_cast<std::uint64_t>(last->second));
      gaps_ns_.push_back(event.arrived_ns <= last->second ? 0 : std::max(gap, std::int64_t{0}));
      requests_.push_back(event.request);
      last->second = event.arrived_ns;
    }
    while (std::max(gaps_ns_.size(), arrived_last_ns_.size()) > gaps_max_ &&
           one_request_in_ < kOneRequestInMost) {
      leave_out_half();
    }
  }
}

EventGaps EventGapCounter::finish() {
  EventGaps found;
  found.gaps = gaps_ns_.size();
  found.one_request_in = one_request_in_;
  if (gaps_ns_.empty()) return found;
  std::sort(gaps_ns_.begin(), gaps_ns_.end());
  const auto ms_at = [&](std::size_t percent) {
    const std::size_t rank = (gaps_ns_.size() * percent + 99) / 100;
    return base::to_ms(base::Nanoseconds(gaps_ns_[rank - 1]));
  };
  found.ms_p50 = ms_at(50);
  found.ms_p95 = ms_at(95);
  found.ms_p99 = ms_at(99);
  found.ms_max = ms_at(100);
  const auto together = std::upper_bound(gaps_ns_.begin(), gaps_ns_.end(), 0) - gaps_ns_.begin();
  found.coalesced_share = static_cast<double>(together) / static_cast<double>(gaps_ns_.size());
  return found;
}

}  // namespace assay::load

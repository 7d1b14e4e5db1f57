// The raw gaps between the events of a reply, kept apart from ITL: several tokens in one event must
// not look like one slow token. Called by record_file. Each counter belongs to one thread.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

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

/// Takes the events of many requests as they came, those of each request in order. Exact up to
/// `gaps_max` gaps; when there are more, half of the requests are left out, then half of the rest,
/// and so on. Which ones a mix of their number decides (base::Random seeded with it), for every
/// second one may be every one with the same prompt. Requires gaps_max ≥ 1.
class EventGapCounter {
 public:
  explicit EventGapCounter(std::size_t gaps_max);

  void add(std::span<const EventRecord> events);

  /// The percentiles are nearest ranks, ⌈share · n⌉ in order: of the gaps 1, 2, 3 and 4 ms the
  /// median is 2 ms, p95 is 4 ms. An event stamped before the one in front of it counts as 0 ns
  /// apart. The counter is spent afterwards.
  EventGaps finish();

 private:
  bool is_looked_at(std::uint32_t request) const;
  void leave_out_half();

  std::size_t gaps_max_;
  std::size_t one_request_in_ = 1;
  std::unordered_map<std::uint32_t, std::int64_t> arrived_last_ns_;  ///< By request.
  std::vector<std::int64_t> gaps_ns_;
  std::vector<std::uint32_t> requests_;  ///< Of each gap.
};

}  // namespace assay::load

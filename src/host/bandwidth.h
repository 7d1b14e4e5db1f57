// How many bytes per second the processors read from memory and stream through it, measured. Used
// for the roof over every prediction of speed: a generated token reads all active weights once.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace assay::host {

struct BandwidthRequest {
  std::vector<int> processors;    ///< One thread is bound to each; not empty.
  std::uint64_t array_bytes = 0;  ///< Of each of three arrays; a multiple of 4,096, not 0.
  int passes = 5;                 ///< Of each kind.
};

/// Of several passes, in bytes per second.
struct PassSpeeds {
  double best = 0;
  double median = 0;
};

struct Bandwidth {
  /// All three arrays read once, nothing written.
  PassSpeeds read;
  /// a[i] = b[i] + factor × c[i], counted as three arrays moved: McCalpin, "Memory Bandwidth and
  /// Machine Balance in Current High Performance Computers", 1995 (STREAM). 1 GiB arrays in 0.2 s
  /// are 3 × 2^30 ÷ 0.2 = 16.1 GB/s. What is fetched only to be overwritten is not counted.
  PassSpeeds triad;
};

/// Uses 3 × array_bytes of memory, written once by the thread that later reads them, so that each
/// stands near its processor. System when there is no such memory or a thread cannot be started;
/// Interrupted between passes.
base::Result<Bandwidth> measure_bandwidth(const BandwidthRequest& request, const base::Clock& clock,
                                          const base::Interrupt& interrupt);

/// Four times the last-level caches, so that hardly anything is found in them; at least 128 MiB, at
/// most 4 GiB and a sixth of what is available. 32 MiB of cache and 24 GiB available: 128 MiB.
std::uint64_t bandwidth_array_bytes(std::uint64_t last_level_cache_bytes,
                                    std::uint64_t available_bytes);

}  // namespace assay::host

// What a llama-server says in its log that it allocated, by component and in numbers: what
// estimates of memory are held against. Called by guest after each start. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::endpoint {

/// In bytes, as exact as the log: it gives MiB with two decimals. 0 where it says nothing.
struct BufferSizes {
  std::uint64_t weights = 0;   ///< Mapped or read from the file.
  std::uint64_t repacked = 0;  ///< The rearranged copy, CPU_REPACK.
  std::uint64_t cache_full = 0;
  std::uint64_t cache_windowed = 0;
  std::uint64_t cache_latent = 0;  ///< A cache of keys without values.
  std::uint64_t cache_recurrent = 0;
  std::uint64_t compute = 0;
  std::uint64_t output = 0;
  std::uint64_t total() const;

  friend bool operator==(const BufferSizes&, const BufferSizes&) = default;
};

struct GuestBuffers {
  BufferSizes processor;  ///< In main memory, buffers shared with a card included.
  BufferSizes devices;    ///< In the memory of cards, all of them together.

  friend bool operator==(const GuestBuffers&, const GuestBuffers&) = default;
};

/// From the lines of one load at verbosity 4. The log is not trusted: lines of another shape, and
/// sizes that are negative, no number or beyond 1 EiB, are ignored; sums end at 2^64 − 1. Where a
/// size is told again for the same buffer (compute buffers are reserved more than once), the last
/// one counts. Worked number: "load_tensors:   CPU_Mapped model buffer size =     0.22 MiB" are
/// 0.22 × 2^20 = 230,687 bytes of weights on the processor.
GuestBuffers buffers_told(std::string_view log);

}  // namespace assay::endpoint

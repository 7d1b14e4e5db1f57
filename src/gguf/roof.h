// Whether a measured speed can be true: while generating, every token reads all active weights, and
// no machine reads faster than its memory. Of 225 published rows 97 break this, so readings are
// checked before assay learns from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gguf/estimate.h"
#include "gguf/header.h"

namespace assay::gguf {

/// A reading of one stream, generating.
struct SpeedReading {
  double tokens_per_s = 0;
  std::uint64_t depth = 0;  ///< Tokens in the cache while it was taken.
};

/// What the reading is held against.
struct Roof {
  double read_bytes_per_s = 0;    ///< 0: not known, and nothing is rejected for it.
  std::uint64_t cache_bytes = 0;  ///< Last-level cache.
};

/// The reason why the reading cannot be true, for people; none when it can: "8.1 tok/s × 4.3 GiB a
/// token = 37.4 GB/s, above the 18.0 GB/s that this machine reads: …". Bytes per token are the
/// active weights and the KV cache at the depth; what exceeds the roof by up to 10 % may be the
/// roof's own error and passes. Weights of at most twice the last-level cache are exempt: caches
/// beat memory. A reading that is not a positive finite number is rejected too.
std::optional<std::string> why_impossible(const SpeedReading& reading, const Header& header,
                                          const LoadSettings& settings, const Roof& roof);

}  // namespace assay::gguf

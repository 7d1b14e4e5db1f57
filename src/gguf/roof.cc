#include "gguf/roof.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "gguf/speed_work.h"

namespace assay::gguf {
namespace {

/// How far a true reading may lie above a roof that is itself a measurement.
constexpr double kTolerance = 0.1;
constexpr double kGiga = 1e9;
/// Weights that fill more of the cache than this leave it before they are read again.
constexpr double kCachesExempt = 2;

double bytes_per_token(const Header& header) {
  double bytes = 0;
  for (const TypeWork& type : token_work(header)) bytes += type.bytes;
  return bytes;
}

}  // namespace

std::optional<std::string> why_impossible(const SpeedReading& reading, const Header& header,
                                          const LoadSettings& settings, const Roof& roof) {
  if (!std::isfinite(reading.tokens_per_s) || reading.tokens_per_s <= 0) {
    return fmt::format("{} tok/s is no speed: expected a number above 0", reading.tokens_per_s);
  }
  const double weights = bytes_per_token(header);
  const bool fits_cache = weights <= kCachesExempt * static_cast<double>(roof.cache_bytes);
  if (roof.read_bytes_per_s <= 0 || fits_cache) return std::nullopt;
  const double bytes =
      weights + cache_bytes_read(header, settings, static_cast<double>(reading.depth));
  const double needed = bytes * reading.tokens_per_s;
  if (needed <= roof.read_bytes_per_s * (1 + kTolerance)) return std::nullopt;
  return fmt::format(
      "{:.1f} tok/s × {} a token = {:.1f} GB/s, above the {:.1f} GB/s that this machine reads: was "
      "it a cached prompt, a wrong clock, speculative decoding, several streams counted as one, or "
      "another machine?",
      reading.tokens_per_s, base::human_bytes(static_cast<std::uint64_t>(std::min(bytes, 1.8e19))),
      needed / kGiga, roof.read_bytes_per_s / kGiga);
}

}  // namespace assay::gguf

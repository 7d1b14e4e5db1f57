// Whether a model fits into memory with room to spare, and the largest settings that still do.
#pragma once

#include <cstdint>

#include "gguf/estimate.h"

namespace assay::gguf {

struct Fit {
  std::uint64_t margin = 0;   ///< In bytes; see margin_bytes().
  bool fits = false;          ///< The need and the margin are available.
  bool barely = false;        ///< The need is available, the margin is not: counts as not fitting.
  std::uint64_t missing = 0;  ///< In bytes, with the margin; 0 when it fits.
};

/// What must stay free besides the need, since the estimate errs and other programs move: the
/// larger of 512 MiB and 5 % of the need.
std::uint64_t margin_bytes(std::uint64_t need_bytes);

/// `available_bytes` as host::read_memory() tells it, no margin taken off. Worked number: a need of
/// 9.3 GiB with 9.6 GiB available barely fits, 212 MiB short of the margin of 512 MiB.
Fit judge_fit(std::uint64_t need_bytes, std::uint64_t available_bytes);

/// The largest context in tokens (a multiple of 256, of all slots together, at most what the model
/// was trained for) that fits with the margin, the other settings as they are; 0: none.
std::uint64_t largest_context(const Header& header, LoadSettings settings,
                              std::uint64_t available_bytes);

/// The most slots, each with as much context as a slot has now, that fit with the margin: at most
/// 256; 0: not even one.
int largest_slots(const Header& header, LoadSettings settings, std::uint64_t available_bytes);

}  // namespace assay::gguf

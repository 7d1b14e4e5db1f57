// For what size of model a machine is, as a first idea: `assay shortlist` judges real models.
#pragma once

#include <cstdint>
#include <optional>

#include "host/machine.h"

namespace assay::scope {

/// Of models at about 4 bits a weight.
struct SizeHint {
  bool on_cards = false;  ///< Judged by the cards' free memory, not the system's.
  /// The largest usual size (1, 3, 7, 14, 30 or 70 billion) whose weights, with a cache of usual
  /// length, fit in.
  double parameters_fit = 0;
  /// How many active parameters a model may have to generate five tokens per second on the
  /// processor: bandwidth ÷ 5 ÷ 0.612 bytes (Q4_K_M). 14.3 GB/s: 4.7 billion. None on cards, whose
  /// memory was not timed.
  std::optional<double> parameters_at_5_tps;
};

SizeHint hint_size(const host::MachineFacts& machine, std::uint64_t memory_for_models,
                   double read_bytes_per_s);

}  // namespace assay::scope

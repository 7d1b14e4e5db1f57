// What this machine has taught about memory: how far estimates were off for guests that ran here,
// and what that says of the next one. Called by endpoint/guest_learning, which keeps the readings.
// Pure.
//
// The engine decides the sizes of weights, their rearranged copy and the caches by formulas that
// the estimate follows exactly, so those components are never corrected: a difference is a defect
// of the estimate and is reported as such. What is learned:
//   compute   × median of told ÷ predicted, kept within 1/4 … 4
//   output    × likewise
//   overhead  + median of (resident − the estimate with told in place of predicted sizes), never
//             below 0 in sum
// Medians, since one odd reading must not move the estimate. Readings of the same architecture
// alone where there are three of them or more, else all.
//
// Worked number: three guests whose compute buffers were predicted at 100 MiB each and told at 90,
// 94 and 200 MiB teach a ratio of 0.94. Were they 20, 30 and 31 MiB above told buffers and
// predicted overhead when resident, 30 MiB are added. The next estimate of 1,000 MiB in all, 100 of
// them compute, becomes 1000 − 6 + 30 = 1,024 MiB.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gguf/estimate.h"

namespace assay::gguf {

/// One guest on this machine, wholly on the processor.
struct MemoryReading {
  std::string architecture;
  std::string model;           ///< File name.
  std::string settings;        ///< Any text that tells two ways of loading it apart.
  MemoryNeed predicted;        ///< Before any correction.
  MemoryNeed told;             ///< Of the server's log; it tells no overhead.
  std::uint64_t resident = 0;  ///< The most that it held, mapped weights included.
};

/// How good estimates have been here. Each model was predicted from the readings of the others; of
/// a single model, each way of loading it from its other ways.
struct EstimateRecord {
  std::size_t readings = 0;  ///< Predicted in this way; 0: no record yet, and the errors are 0.
  /// Absolute errors of the total as shares of what was resident, and in bytes.
  double error_median = 0;
  double error_worst = 0;
  std::uint64_t error_bytes_median = 0;
  std::uint64_t error_bytes_worst = 0;
};

struct Correction {
  std::size_t readings = 0;  ///< Learned from; the same model with the same settings counts once.
  bool of_architecture = false;  ///< All of the architecture asked for.
  /// Whether to use it: learned from at least two readings, and its median error has been no larger
  /// than without.
  bool applied = false;
  double compute_ratio = 1;
  double output_ratio = 1;
  double overhead_bytes = 0;  ///< Added; may be negative.
  EstimateRecord record;      ///< With corrections.
  EstimateRecord plain;       ///< Without; of the same readings.
  /// Readings in which a component that must be exact was off by more than the log's rounding.
  std::size_t inexact = 0;
};

/// Readings without weights or resident memory are passed over. Of several of the same model and
/// settings the last counts.
Correction learn_correction(std::span<const MemoryReading> readings, std::string_view architecture);

/// Unchanged when the correction is not applied.
MemoryNeed corrected(MemoryNeed need, const Correction& correction);

}  // namespace assay::gguf

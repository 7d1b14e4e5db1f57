// Keeps what guests were predicted to hold and what they held, and answers what that teaches the
// next estimate. Called by whoever starts guests, and by `assay gguf estimate`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/engine.h"
#include "endpoint/guest.h"
#include "gguf/correction.h"
#include "store/machine_store.h"

namespace assay::endpoint {

/// The row of one guest's life; its time and machine are left for the caller. `predicted` is
/// {"weights", "repacked", "full", "windowed", "latent", "recurrent", "compute", "output",
/// "overhead", "checkpoints", "released"} in bytes; `actual` the same as the server told, 0 where
/// it tells nothing, with "devices" (in the memory of cards), "resident_loaded" and "resident" (the
/// most it held, just after the load and until its end). `settings` is the command line without the
/// model.
store::GuestMemoryRow guest_memory_row(const Engine& engine, const GuestSettings& settings,
                                       const GuestReady& ready, std::uint64_t resident_peak);

/// None for a row that is not of that form, and for guests of which a card held a part.
std::optional<gguf::MemoryReading> reading_of(const store::GuestMemoryRow& row);

/// From the guests on the machine with that fingerprint; of this engine's version only, unless it
/// is empty. Rows that are not well formed are passed over. Errors as MachineStore's.
base::Result<gguf::Correction> learned_correction(store::MachineStore& store,
                                                  std::string_view fingerprint,
                                                  std::string_view engine,
                                                  std::string_view architecture);

/// The same of this machine and the user's own store; nothing learned when there is no store yet.
base::Result<gguf::Correction> learned_correction(const base::Context& context,
                                                  std::string_view engine,
                                                  std::string_view architecture);

/// Appends rows to the user's store. Whoever runs guests has more important things to do than this:
/// a failure is told once on context.err and is no error.
class GuestMemoryKeeper {
 public:
  /// `context` outlives the keeper.
  explicit GuestMemoryKeeper(const base::Context& context) : context_(context) {}

  /// After the guest's end. A guest of which nothing resident was seen is not kept.
  void keep(const Engine& engine, const GuestSettings& settings, const GuestReady& ready,
            std::uint64_t resident_peak);

 private:
  base::Status append(store::GuestMemoryRow row);

  const base::Context& context_;
  std::string fingerprint_;  ///< Of this machine; empty until it is needed.
  bool failed_ = false;
};

}  // namespace assay::endpoint

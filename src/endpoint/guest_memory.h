// Whether a guest's memory fits before it is loaded, and whether it came back after it was stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/guest.h"
#include "gguf/estimate.h"

namespace assay::endpoint {

/// In bytes.
struct MemoryPlan {
  std::uint64_t predicted = 0;
  gguf::MemoryNeed need;     ///< The same by component.
  std::string architecture;  ///< Of the model; empty when its file does not say.
  std::uint64_t limit = 0;
  std::uint64_t available = 0;  ///< Before the load.
};

/// The estimate is not corrected by what was learned here (guest_learning.h): the limit has a
/// quarter and 256 MiB of room above it, so a correction upwards is covered, and one downwards
/// would admit guests that may not fit. BadInput for a model file that cannot be read, System when
/// it does not fit; the message has both figures.
base::Result<MemoryPlan> plan_memory(const GuestSettings& settings);

/// What a guest held, looked at while it ran. It only grows.
struct MemoryHeld {
  std::uint64_t resident_peak = 0;
  std::uint64_t anonymous_peak = 0;  ///< With what is swapped: what only its end can give back.

  void look(pid_t pid);
};

/// How much of what a guest held may still be missing when it is gone, since other programs use
/// memory too: half of its anonymous peak, and at least 256 MiB.
std::uint64_t slack_bytes(const MemoryHeld& held);

/// Waits until available memory is within slack of what it was before the load, or has grown by all
/// but the slack since just before the stop (`at_stop`): either shows that it came back, and
/// another program that grew during the guest's long life spoils the first figure only. A System
/// error that says how much is missing after 10 s; success at once when an interruption is
/// requested.
base::Status verify_returned(const base::Context& context, const MemoryHeld& held,
                             std::uint64_t before_load, std::uint64_t at_stop);

}  // namespace assay::endpoint

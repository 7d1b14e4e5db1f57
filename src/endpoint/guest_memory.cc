#include "endpoint/guest_memory.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "endpoint/guest_command.h"
#include "gguf/header.h"
#include "gguf/offload.h"
#include "host/machine.h"
#include "host/memory.h"

namespace assay::endpoint {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kSlackBytesMin = 256 * kMebibyte;
constexpr std::chrono::seconds kReturnTimeout{10};
constexpr std::chrono::milliseconds kReturnInterval{50};

std::string describe(const gguf::MemoryNeed& need) {
  using base::human_bytes;
  return fmt::format("weights {}, repacked {}, KV cache {}, compute {}, checkpoints {}, server {}",
                     human_bytes(need.weights), human_bytes(need.repacked),
                     human_bytes(need.cache.total()), human_bytes(need.compute + need.output),
                     human_bytes(need.checkpoints), human_bytes(need.overhead));
}

/// What the guest will hold in this machine's memory: layers on a graphics card are not counted.
gguf::MemoryNeed estimate(const gguf::Header& header, const GuestSettings& settings) {
  const host::MachineFacts machine = host::read_machine(settings.model.parent_path());
  gguf::LoadSettings load = load_settings(settings);
  load.simd = machine.simd;
  if (settings.gpu_layers <= 0 || machine.gpus.empty()) return gguf::estimate_memory(header, load);
  const gguf::Placement placement{static_cast<std::uint64_t>(settings.gpu_layers),
                                  static_cast<std::uint64_t>(std::max(0, settings.cpu_moe_layers))};
  return gguf::split_memory(header, load, placement).host;
}

}  // namespace

base::Result<MemoryPlan> plan_memory(const GuestSettings& settings) {
  ASSAY_TRY(const gguf::Header header, gguf::read_header(settings.model));
  ASSAY_TRY(const host::MemoryFacts memory, host::read_memory());
  const gguf::MemoryNeed need = estimate(header, settings);
  if (need.total() > memory.available) {
    return base::out_of_memory_error(
        fmt::format("the model does not fit: it needs about {} ({}), and {} are available",
                    base::human_bytes(need.total()), describe(need),
                    base::human_bytes(memory.available)),
        "use a smaller context, a quantized KV cache (q8_0) or a smaller quantization, or end "
        "other programs",
        settings.model.string());
  }
  std::uint64_t limit = settings.memory_limit_bytes;
  if (limit == 0) {
    limit = std::min(need.total() + need.total() / 4 + 256 * kMebibyte, memory.available);
  }
  return MemoryPlan{need.total(), need, header.text("general.architecture").value_or(""), limit,
                    memory.available};
}

void MemoryHeld::look(pid_t pid) {
  const auto memory = host::read_process_memory(pid);
  if (!memory) return;
  resident_peak = std::max(resident_peak, memory->resident_bytes_peak);
  anonymous_peak = std::max(anonymous_peak, memory->anonymous_bytes + memory->swap_bytes);
}

std::uint64_t slack_bytes(const MemoryHeld& held) {
  return std::max(kSlackBytesMin, held.anonymous_peak / 2);
}

base::Status verify_returned(const base::Context& context, const MemoryHeld& held,
                             std::uint64_t before_load, std::uint64_t at_stop) {
  const std::uint64_t slack = slack_bytes(held);
  const std::uint64_t expected = std::min(before_load, at_stop + held.anonymous_peak);
  const std::uint64_t wanted = expected - std::min(expected, slack);
  const base::MonotonicTime deadline = context.clock.now() + kReturnTimeout;
  while (true) {
    ASSAY_TRY(const host::MemoryFacts memory, host::read_memory());
    if (memory.available >= wanted || context.interrupt.requested()) return base::Done{};
    if (context.clock.now() >= deadline) {
      return base::system_error(
          fmt::format("the guest ended, but {} of the {} it held did not come back within {:.0f} s",
                      base::human_bytes(expected - memory.available),
                      base::human_bytes(held.anonymous_peak), base::to_seconds(kReturnTimeout)),
          "look for another program that grew meanwhile, or a server an earlier run left behind: "
          "assay doctor");
    }
    context.clock.sleep_for(kReturnInterval);
  }
}

}  // namespace assay::endpoint

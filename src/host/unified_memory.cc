#include "host/unified_memory.h"

#include <algorithm>
#include <array>

namespace assay::host {
namespace {

/// Parts of names, as their makers write them. Grace Hopper and Grace Blackwell servers are not
/// among them: their graphics processors have memory of their own, which NVML tells.
constexpr std::array<std::string_view, 4> kNvidiaCards{"GB10", "Orin", "Xavier", "Thor"};
constexpr std::array<std::string_view, 3> kDevices{"Apple ", "NVIDIA Jetson", "NVIDIA DGX Spark"};
constexpr std::array<std::string_view, 4> kAmdCards{"Radeon 8060S", "Radeon 8050S", "Radeon 8040S",
                                                    "Strix Halo"};
constexpr std::array<std::string_view, 2> kProcessors{"Ryzen AI Max", "RYZEN AI MAX"};

template <std::size_t kCount>
bool names_any(std::string_view text, const std::array<std::string_view, kCount>& parts) {
  return std::any_of(parts.begin(), parts.end(), [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

}  // namespace

std::string find_unified_memory(std::string_view cpu_model, std::string_view device_model,
                                const std::vector<GraphicsCard>& cards) {
  if (names_any(device_model, kDevices)) return std::string(device_model);
  for (const GraphicsCard& card : cards) {
    if (names_any(card.name, kNvidiaCards) || names_any(card.name, kAmdCards)) return card.name;
  }
  if (cpu_model.starts_with("Apple ") || names_any(cpu_model, kProcessors)) {
    return std::string(cpu_model);
  }
  return "";
}

}  // namespace assay::host

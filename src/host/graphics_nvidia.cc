#include <array>

#include "host/graphics_library.h"

namespace assay::host {
namespace {

// The part of nvml.h that is used, by NVIDIA's NVML API reference.
using Device = void*;
struct DeviceMemory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
struct Utilisation {
  unsigned gpu;
  unsigned memory;
};
constexpr std::size_t kTextBytes = 96;
using Text = std::array<char, kTextBytes>;

constexpr std::array kFiles{"libnvidia-ml.so.1", "libnvidia-ml.so"};

/// A library that fills its buffer to the end leaves the last byte, which stays zero.
unsigned room(const Text& text) { return static_cast<unsigned>(text.size() - 1); }

GraphicsCard read_card(const GraphicsLibrary& library, Device device) {
  GraphicsCard card;
  Text name{};
  const bool named = library.call("nvmlDeviceGetName", device, name.data(), room(name));
  card.name = named ? name.data() : "unnamed NVIDIA card";
  DeviceMemory memory{};
  if (library.call("nvmlDeviceGetMemoryInfo", device, &memory)) {
    card.memory_total_bytes = memory.total;
    card.memory_free_bytes = memory.free;
  }
  unsigned limit_mw = 0;
  if (library.call("nvmlDeviceGetEnforcedPowerLimit", device, &limit_mw)) {
    card.power_limit_w = limit_mw / 1000.0;
  }
  unsigned drawn_mw = 0;
  if (library.call("nvmlDeviceGetPowerUsage", device, &drawn_mw)) card.power_w = drawn_mw / 1000.0;
  Utilisation utilisation{};
  if (library.call("nvmlDeviceGetUtilizationRates", device, &utilisation)) {
    card.busy_percent = static_cast<int>(utilisation.gpu);
  }
  return card;
}

}  // namespace

std::optional<GraphicsLibrary> open_nvidia_library(const std::filesystem::path& folder) {
  GraphicsLibrary library(folder, kFiles);
  if (!library.is_loaded() || !library.call("nvmlInit_v2")) return std::nullopt;
  return library;
}

void close_nvidia_library(const GraphicsLibrary& library) { library.call("nvmlShutdown"); }

std::vector<GraphicsCard> read_nvidia_cards(const std::filesystem::path& folder) {
  const auto opened = open_nvidia_library(folder);
  if (!opened) return {};
  const GraphicsLibrary& library = *opened;
  Text driver{};
  const bool known = library.call("nvmlSystemGetDriverVersion", driver.data(), room(driver));
  unsigned count = 0;
  if (!library.call("nvmlDeviceGetCount_v2", &count)) count = 0;
  std::vector<GraphicsCard> cards;
  for (unsigned i = 0; i < count; ++i) {
    Device device = nullptr;
    if (!library.call("nvmlDeviceGetHandleByIndex_v2", i, &device)) continue;
    cards.push_back(read_card(library, device));
    if (known) cards.back().driver = driver.data();
  }
  close_nvidia_library(library);
  return cards;
}

}  // namespace assay::host

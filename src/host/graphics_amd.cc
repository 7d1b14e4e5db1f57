#include <array>

#include "host/graphics_library.h"

namespace assay::host {
namespace {

// The part of rocm_smi.h that is used, by AMD's ROCm SMI library reference.
constexpr int kVideoMemory = 0;  // RSMI_MEM_TYPE_VRAM
constexpr int kDriver = 0;       // RSMI_SW_COMP_DRIVER
constexpr std::uint32_t kSensor = 0;
constexpr std::size_t kTextBytes = 256;
using Text = std::array<char, kTextBytes>;

/// The file's number follows the ROCm release.
constexpr std::array kFiles{"librocm_smi64.so",   "librocm_smi64.so.7",
                            "librocm_smi64.so.6", "librocm_smi64.so.5",
                            "librocm_smi64.so.1", "/opt/rocm/lib/librocm_smi64.so"};

GraphicsCard read_card(const GraphicsLibrary& library, std::uint32_t device) {
  GraphicsCard card;
  Text name{};
  const bool named = library.call("rsmi_dev_name_get", device, name.data(), name.size() - 1);
  card.name = named && name[0] != '\0' ? name.data() : "unnamed AMD card";
  std::uint64_t total = 0;
  std::uint64_t used = 0;
  if (library.call("rsmi_dev_memory_total_get", device, kVideoMemory, &total)) {
    card.memory_total_bytes = total;
    if (library.call("rsmi_dev_memory_usage_get", device, kVideoMemory, &used)) {
      card.memory_free_bytes = total - (used < total ? used : total);
    }
  }
  std::uint64_t limit_uw = 0;
  if (library.call("rsmi_dev_power_cap_get", device, kSensor, &limit_uw)) {
    card.power_limit_w = static_cast<double>(limit_uw) / 1e6;
  }
  std::uint64_t drawn_uw = 0;
  if (library.call("rsmi_dev_power_ave_get", device, kSensor, &drawn_uw)) {
    card.power_w = static_cast<double>(drawn_uw) / 1e6;
  }
  std::uint32_t busy = 0;
  if (library.call("rsmi_dev_busy_percent_get", device, &busy)) {
    card.busy_percent = static_cast<int>(busy);
  }
  return card;
}

}  // namespace

std::optional<GraphicsLibrary> open_amd_library(const std::filesystem::path& folder) {
  GraphicsLibrary library(folder, kFiles);
  if (!library.is_loaded() || !library.call("rsmi_init", std::uint64_t{0})) return std::nullopt;
  return library;
}

void close_amd_library(const GraphicsLibrary& library) { library.call("rsmi_shut_down"); }

std::vector<GraphicsCard> read_amd_cards(const std::filesystem::path& folder) {
  const auto opened = open_amd_library(folder);
  if (!opened) return {};
  const GraphicsLibrary& library = *opened;
  Text driver{};
  const bool known = library.call("rsmi_version_str_get", kDriver, driver.data(),
                                  static_cast<std::uint32_t>(driver.size() - 1));
  std::uint32_t count = 0;
  if (!library.call("rsmi_num_monitor_devices", &count)) count = 0;
  std::vector<GraphicsCard> cards;
  for (std::uint32_t device = 0; device < count; ++device) {
    cards.push_back(read_card(library, device));
    if (known) cards.back().driver = driver.data();
  }
  close_amd_library(library);
  return cards;
}

}  // namespace assay::host

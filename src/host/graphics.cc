#include "host/graphics.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <memory>

#include "base/text.h"

namespace assay::host {
namespace {

// The part of nvml.h that is used, by NVIDIA's NVML API reference; 0 is success everywhere.
using Device = void*;
struct DeviceMemory {
  std::uint64_t total;
  std::uint64_t free;
  std::uint64_t used;
};
constexpr std::size_t kNameBytes = 96;

struct CloseLibrary {
  void operator()(void* library) const { ::dlclose(library); }
};
using Library = std::unique_ptr<void, CloseLibrary>;

template <typename... Arguments>
bool call(const Library& library, const char* name, Arguments... arguments) {
  const auto function = reinterpret_cast<int (*)(Arguments...)>(::dlsym(library.get(), name));
  return function != nullptr && function(arguments...) == 0;
}

std::string describe(const Library& library, Device device) {
  std::array<char, kNameBytes> name{};
  if (!call(library, "nvmlDeviceGetName", device, name.data(),
            static_cast<unsigned>(name.size() - 1))) {
    return "unnamed NVIDIA card";
  }
  DeviceMemory memory{};
  if (!call(library, "nvmlDeviceGetMemoryInfo", device, &memory)) return name.data();
  return fmt::format("{} ({})", name.data(), base::human_bytes(memory.total));
}

}  // namespace

std::vector<std::string> read_graphics_cards() {
  const Library library(::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL));
  if (!library || !call(library, "nvmlInit_v2")) return {};
  unsigned count = 0;
  std::vector<std::string> cards;
  if (!call(library, "nvmlDeviceGetCount_v2", &count)) count = 0;
  for (unsigned i = 0; i < count; ++i) {
    Device device = nullptr;
    if (!call(library, "nvmlDeviceGetHandleByIndex_v2", i, &device)) continue;
    cards.push_back(describe(library, device));
  }
  call(library, "nvmlShutdown");
  return cards;
}

}  // namespace assay::host

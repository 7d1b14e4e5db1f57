// A maker's library, loaded for a moment, and its functions by name. Used by this room only.
#pragma once

#include <dlfcn.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/graphics.h"

namespace assay::host {

class GraphicsLibrary {
 public:
  /// The first of the file names that loads; see read_graphics_cards() for `folder`.
  GraphicsLibrary(const std::filesystem::path& folder, std::span<const char* const> names) {
    for (const char* name : names) {
      const std::filesystem::path file(name);
      const std::string path = folder.empty() ? name : (folder / file.filename()).string();
      handle_.reset(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
      if (handle_) return;
    }
  }

  bool is_loaded() const { return handle_ != nullptr; }

  /// False when the library lacks the function or it answers anything but 0, success in both
  /// makers' interfaces. The caller's arguments must have the types the interface declares.
  template <typename... Arguments>
  bool call(const char* name, Arguments... arguments) const {
    const auto function = reinterpret_cast<int (*)(Arguments...)>(::dlsym(handle_.get(), name));
    return function != nullptr && function(arguments...) == 0;
  }

 private:
  struct Close {
    void operator()(void* library) const { ::dlclose(library); }
  };
  std::unique_ptr<void, Close> handle_;
};

/// Loaded and initialised, or none; what is initialised must be shut down as often.
std::optional<GraphicsLibrary> open_nvidia_library(const std::filesystem::path& folder);
void close_nvidia_library(const GraphicsLibrary& library);
std::optional<GraphicsLibrary> open_amd_library(const std::filesystem::path& folder);
void close_amd_library(const GraphicsLibrary& library);

std::vector<GraphicsCard> read_nvidia_cards(const std::filesystem::path& folder);
std::vector<GraphicsCard> read_amd_cards(const std::filesystem::path& folder);

}  // namespace assay::host

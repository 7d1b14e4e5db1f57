// Finds model files in a folder that may be anything: huge, cyclic or partly unreadable.
#pragma once

#include <cstddef>
#include <filesystem>

#include "catalog/source.h"

namespace assay::catalog {

struct WalkLimits {
  int depth_max = 8;                  ///< 0: the folder's own files only.
  std::size_t entries_max = 100'000;  ///< Of all folders together.
};

/// Adds every .gguf and .llamafile under `folder`, named by its path below the folder without the
/// ending, in the order of their names. Links are followed, each folder once. Folders that cannot
/// be read, links to nothing and a walk that had to stop are added as unusable; a missing `folder`
/// adds nothing.
void walk_folder(const std::filesystem::path& folder, Findings& findings,
                 const WalkLimits& limits = {});

/// "a/b/Model-Q4_K_M" for "a/b/Model-Q4_K_M.gguf".
std::string name_without_ending(const std::filesystem::path& path);

/// By its ending, in any case: .gguf or .llamafile.
bool looks_like_model(const std::filesystem::path& path);

}  // namespace assay::catalog

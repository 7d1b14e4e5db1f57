// Llamafiles have no store: they stay where they were downloaded to or are started from.
#include "catalog/folder_walk.h"
#include "catalog/source.h"

namespace assay::catalog {

namespace fs = std::filesystem;

void find_llamafiles(const Surroundings& surroundings, Findings& findings) {
  const fs::path home = surroundings.home();
  if (home.empty()) return;
  for (const char* place : {"", "Downloads", "bin", ".local/bin", "llamafile", "llamafiles"}) {
    Findings found;
    walk_folder(*place == '\0' ? home : home / place, found, {0, 10'000});
    // The other files of these folders belong to nobody and are not assay's to list.
    for (FoundFile& file : found.files) {
      if (file.path.extension() == ".llamafile") findings.files.push_back(std::move(file));
    }
  }
}

}  // namespace assay::catalog

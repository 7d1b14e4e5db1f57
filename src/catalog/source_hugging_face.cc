#include <algorithm>

#include "catalog/folder_walk.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModelFolder = "models--";
/// A hub, its models, their revisions and one folder inside: nothing lies deeper.
constexpr WalkLimits kSnapshotLimits{4, 100'000};

/// "org/name" for "models--org--name".
std::string repository_name(std::string folder) {
  folder.erase(0, kModelFolder.size());
  for (std::size_t at = folder.find("--"); at != std::string::npos; at = folder.find("--", at)) {
    folder.replace(at, 2, "/");
  }
  return folder;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entries(folder, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    std::error_code ignored;
    if (entries->is_directory(ignored)) found.push_back(entries->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

void find_in_hub(const fs::path& hub, Findings& findings) {
  for (const fs::path& model : folders_in(hub)) {
    const std::string folder = model.filename().string();
    if (!folder.starts_with(kModelFolder)) continue;
    for (const fs::path& revision : folders_in(model / "snapshots")) {
      const std::size_t first = findings.files.size();
      walk_folder(revision, findings, kSnapshotLimits);
      for (std::size_t at = first; at < findings.files.size(); ++at) {
        FoundFile& file = findings.files[at];
        file.name = repository_name(folder) + "/" + file.name;
      }
    }
  }
}

void find_in_hugging_face(const Surroundings& surroundings, Findings& findings) {
  const base::Context& context = surroundings.context;
  for (const char* variable : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const auto told = context.variable(variable)) return find_in_hub(*told, findings);
  }
  if (const auto told = context.variable("HF_HOME")) {
    return find_in_hub(fs::path(*told) / "hub", findings);
  }
  const fs::path cache = surroundings.folder("XDG_CACHE_HOME", ".cache");
  if (!cache.empty()) find_in_hub(cache / "huggingface/hub", findings);
}

}  // namespace assay::catalog

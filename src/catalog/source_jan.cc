// Jan keeps PUBLISHER/NAME/model.gguf below its data folder, so that a model's name is its
// folder's.
#include "catalog/folder_walk.h"
#include "catalog/source.h"

namespace assay::catalog {

namespace fs = std::filesystem;

void find_in_jan(const Surroundings& surroundings, Findings& findings) {
  const fs::path data = surroundings.folder("XDG_DATA_HOME", ".local/share");
  const fs::path home = surroundings.home();
  const std::size_t first = findings.files.size();
  if (!data.empty()) walk_folder(data / "Jan/data/llamacpp/models", findings);
  if (!home.empty()) walk_folder(home / "jan/models", findings);
  for (std::size_t at = first; at < findings.files.size(); ++at) {
    const fs::path name = findings.files[at].name;
    if (name.filename() == "model" && name.has_parent_path()) {
      findings.files[at].name = name.parent_path().generic_string();
    }
  }
}

}  // namespace assay::catalog

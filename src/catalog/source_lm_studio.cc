// LM Studio keeps models/PUBLISHER/REPOSITORY/FILE.gguf in its home, ~/.lmstudio (before 0.3.6
// ~/.cache/lm-studio), which ~/.lmstudio-home-pointer can move; the setting downloadsFolder moves
// the models alone.
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/folder_walk.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSettingsBytesMax = std::uint64_t{1} << 20U;

fs::path studio_home(const fs::path& home) {
  const auto pointer = base::read_file(home / ".lmstudio-home-pointer", kSettingsBytesMax);
  const std::string told(pointer.has_value() ? base::trim(*pointer) : std::string_view());
  return told.empty() ? home / ".lmstudio" : fs::path(told);
}

/// Empty where the settings do not name one.
fs::path downloads_folder(const fs::path& studio) {
  const auto text = base::read_file(studio / "settings.json", kSettingsBytesMax);
  if (!text.has_value()) return {};
  const auto settings = base::parse_json(*text);
  if (!settings.has_value()) return {};
  return base::string_member(*settings, "downloadsFolder").value_or("");
}

}  // namespace

void find_in_lm_studio(const Surroundings& surroundings, Findings& findings) {
  const fs::path home = surroundings.home();
  if (home.empty()) return;
  const fs::path studio = studio_home(home);
  const fs::path downloads = downloads_folder(studio);
  if (!downloads.empty() && downloads != studio / "models") walk_folder(downloads, findings);
  walk_folder(studio / "models", findings);
  walk_folder(home / ".cache/lm-studio/models", findings);
}

}  // namespace assay::catalog

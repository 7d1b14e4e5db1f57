// GPT4All keeps its models in one folder, which the setting modelPath moves. A download that has
// not ended carries "incomplete-" before its name.
#include "base/file.h"
#include "base/text.h"
#include "catalog/folder_walk.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSettingsBytesMax = std::uint64_t{1} << 20U;
constexpr std::string_view kIncomplete = "incomplete-";

/// Empty where the settings do not name one.
fs::path told_folder(const fs::path& settings) {
  constexpr std::string_view kKey = "modelPath=";
  const auto text = base::read_file(settings, kSettingsBytesMax);
  if (!text.has_value()) return {};
  for (const std::string_view line : base::split_lines(*text)) {
    if (line.starts_with(kKey)) return fs::path(base::trim(line.substr(kKey.size())));
  }
  return {};
}

}  // namespace

void find_in_gpt4all(const Surroundings& surroundings, Findings& findings) {
  const fs::path data = surroundings.folder("XDG_DATA_HOME", ".local/share");
  const fs::path settings = surroundings.folder("XDG_CONFIG_HOME", ".config");
  if (data.empty()) return;
  const fs::path usual = data / "nomic.ai/GPT4All";
  Findings found;
  const fs::path told = told_folder(settings / "nomic.ai/GPT4All.ini");
  if (!told.empty() && told != usual) walk_folder(told, found, {0, 100'000});
  walk_folder(usual, found, {0, 100'000});
  for (FoundFile& file : found.files) {
    if (file.name.starts_with(kIncomplete)) {
      findings.unusable.push_back({file.path, "its download has not ended"});
    } else {
      findings.files.push_back(std::move(file));
    }
  }
  findings.unusable.insert(findings.unusable.end(), found.unusable.begin(), found.unusable.end());
}

}  // namespace assay::catalog

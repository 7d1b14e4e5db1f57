// llama.cpp's cache. Releases up to the middle of 2026 keep ORG_REPOSITORY_FILE.gguf in one folder,
// with the file's address in FILE.gguf.json; later ones keep Hugging Face's layout, in the folder
// that LLAMA_CACHE names or in Hugging Face's own.
#include "base/file.h"
#include "base/json.h"
#include "catalog/folder_walk.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCompanionBytesMax = std::uint64_t{1} << 20U;

/// "ORG/REPOSITORY/FILE" from the address …/ORG/REPOSITORY/resolve/REVISION/FILE.gguf that the file
/// came from; none where the companion does not say.
std::optional<std::string> name_from_companion(const fs::path& file) {
  constexpr std::string_view kResolve = "/resolve/";
  const auto text = base::read_file(file.string() + ".json", kCompanionBytesMax);
  if (!text.has_value()) return std::nullopt;
  const auto companion = base::parse_json(*text);
  if (!companion.has_value()) return std::nullopt;
  const std::string address = base::string_member(*companion, "url").value_or("");
  const std::size_t resolve = address.find(kResolve);
  const std::size_t host = address.find("://");
  if (resolve == std::string::npos || host == std::string::npos) return std::nullopt;
  const std::size_t repository = address.find('/', host + 3);
  const std::size_t revision_end = address.find('/', resolve + kResolve.size());
  if (repository >= resolve || revision_end == std::string::npos) return std::nullopt;
  return address.substr(repository + 1, resolve - repository - 1) + "/" +
         name_without_ending(address.substr(revision_end + 1));
}

}  // namespace

void find_in_llama_cache(const Surroundings& surroundings, Findings& findings) {
  fs::path cache = surroundings.folder("LLAMA_CACHE", "");
  if (!surroundings.context.variable("LLAMA_CACHE")) {
    const fs::path caches = surroundings.folder("XDG_CACHE_HOME", ".cache");
    if (caches.empty()) return;
    cache = caches / "llama.cpp";
  }
  Findings flat;
  walk_folder(cache, flat, {0, 100'000});
  for (FoundFile& file : flat.files) {
    if (auto name = name_from_companion(file.path)) file.name = std::move(*name);
    findings.files.push_back(std::move(file));
  }
  find_in_hub(cache, findings);
}

}  // namespace assay::catalog

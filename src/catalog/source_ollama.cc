// Ollama's store: manifests/HOST/NAMESPACE/MODEL/TAG are JSON in the form of an OCI image manifest;
// the layer of type application/vnd.ollama.image.model is the GGUF file blobs/sha256-DIGEST.
// Adapters and projectors are layers of types of their own, and are not looked at.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "catalog/source.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr std::uint64_t kManifestBytesMax = std::uint64_t{1} << 20U;
constexpr std::size_t kManifestsMax = 10'000;
constexpr std::string_view kModelLayer = "application/vnd.ollama.image.model";

/// The blob's file name; none for a digest that could name another place.
std::optional<std::string> blob_name(const std::string& digest) {
  constexpr std::string_view kStart = "sha256:";
  constexpr std::size_t kDigits = 64;
  if (!digest.starts_with(kStart) || digest.size() != kStart.size() + kDigits) return std::nullopt;
  const std::string digits = digest.substr(kStart.size());
  if (digits.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  return "sha256-" + digits;
}

/// As `ollama list` writes it: the usual host and namespace are left out.
std::string model_name(const fs::path& below_manifests) {
  std::vector<std::string> parts;
  for (const fs::path& part : below_manifests) parts.push_back(part.string());
  if (parts.size() < 2) return below_manifests.generic_string();
  const std::string tag = parts.back();
  parts.pop_back();
  if (parts.front() == "registry.ollama.ai") {
    parts.erase(parts.begin());
    if (parts.size() > 1 && parts.front() == "library") parts.erase(parts.begin());
  }
  return fmt::format("{}:{}", fmt::join(parts, "/"), tag);
}

/// The digest of the first layer that holds weights; none when there is none.
std::optional<std::string> model_digest(const Json& manifest) {
  const Json* layers = base::find_member(manifest, "layers");
  if (layers == nullptr || !layers->is_array()) return std::nullopt;
  for (const Json& layer : *layers) {
    if (base::string_member(layer, "mediaType") == kModelLayer) {
      return base::string_member(layer, "digest");
    }
  }
  return std::nullopt;
}

void take_manifest(const fs::path& store, const fs::path& file, const std::string& name,
                   Findings& findings) {
  const auto refuse = [&](std::string reason) {
    findings.unusable.push_back({file, std::move(reason)});
  };
  const auto text = base::read_file(file, kManifestBytesMax);
  if (!text.has_value()) return refuse(text.error().message);
  const auto manifest = base::parse_json(*text);
  if (!manifest.has_value()) return refuse("the manifest is damaged; `ollama pull` it again");
  const auto digest = model_digest(*manifest);
  if (!digest) return refuse(fmt::format("{} has no weights in the GGUF format", name));
  const auto blob = blob_name(*digest);
  if (!blob) return refuse("the manifest names no valid blob");
  const fs::path weights = store / "blobs" / *blob;
  std::error_code error;
  if (!fs::exists(weights, error)) {
    return refuse(fmt::format("its weights are missing; run `ollama pull {}`", name));
  }
  findings.files.push_back({weights, name});
}

void take_store(const fs::path& store, Findings& findings) {
  const fs::path manifests = store / "manifests";
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entries(manifests, error);
  while (!error && entries != fs::recursive_directory_iterator()) {
    if (files.size() == kManifestsMax) break;
    std::error_code ignored;
    if (entries->is_regular_file(ignored)) files.push_back(entries->path());
    entries.increment(error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    findings.unusable.push_back({manifests, "cannot be listed: " + error.message()});
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    take_manifest(store, file, model_name(file.lexically_relative(manifests)), findings);
  }
}

}  // namespace

void find_in_ollama(const Surroundings& surroundings, Findings& findings) {
  if (const auto told = surroundings.context.variable("OLLAMA_MODELS")) {
    return take_store(*told, findings);
  }
  const fs::path home = surroundings.home();
  if (!home.empty()) take_store(home / ".ollama/models", findings);
  for (const char* system : {"usr/share/ollama/.ollama/models", "var/lib/ollama/.ollama/models",
                             "var/lib/ollama/models", "var/lib/ollama"}) {
    take_store(surroundings.root / system, findings);
  }
}

}  // namespace assay::catalog

// Where models lie on this machine: one row per program that keeps a store of them. A source names
// files; catalog/survey.h reads them. Whatever a store holds is untrusted.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"

namespace assay::catalog {

/// Where stores are looked for. `root` is "/" but in tests.
struct Surroundings {
  const base::Context& context;
  std::filesystem::path root = "/";

  /// $HOME; empty when it is unset, and then nothing is looked for under it.
  std::filesystem::path home() const;
  /// The variable's folder, else `otherwise` under home().
  std::filesystem::path folder(std::string_view variable, std::string_view otherwise) const;
};

/// A file that claims to be a model, by the name its program gives it.
struct FoundFile {
  std::filesystem::path path;
  std::string name;
};

/// What stands in a store but cannot be used, and why, in one line for people.
struct Unusable {
  std::filesystem::path path;
  std::string reason;
};

struct Findings {
  std::vector<FoundFile> files;
  std::vector<Unusable> unusable;
};

struct Source {
  std::string_view name;  ///< "Ollama".
  void (*find)(const Surroundings& surroundings, Findings& findings);
};

/// Every source, in the order in which they name a file that several have.
std::span<const Source> sources();

void find_in_ollama(const Surroundings& surroundings, Findings& findings);
void find_in_lm_studio(const Surroundings& surroundings, Findings& findings);
void find_in_llama_cache(const Surroundings& surroundings, Findings& findings);
void find_in_hugging_face(const Surroundings& surroundings, Findings& findings);
void find_in_gpt4all(const Surroundings& surroundings, Findings& findings);
void find_in_jan(const Surroundings& surroundings, Findings& findings);
void find_llamafiles(const Surroundings& surroundings, Findings& findings);

/// The layout that Hugging Face's library and llama.cpp share, in `hub`:
/// models--ORG--NAME/snapshots/REVISION/FILE, links into blobs. Files are named ORG/NAME/FILE.
void find_in_hub(const std::filesystem::path& hub, Findings& findings);

}  // namespace assay::catalog

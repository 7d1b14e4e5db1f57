// Every model on this machine: what the sources find, each file once however many programs and
// links name it, with its header. Called by `assay models` and `assay shortlist`.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/source.h"
#include "gguf/header.h"

namespace assay::catalog {

enum class FileKind {
  Model,       ///< Generates text.
  Embedding,   ///< Gives vectors or ranks, no text.
  Projector,   ///< Images or sound for a model beside it.
  Adapter,     ///< Changes to another model's weights.
  Vocabulary,  ///< A tokenizer without weights.
  Other,       ///< GGUF of another use: an importance matrix, a speech or image model.
};

/// "model", "embedding model", "projector", "adapter", "vocabulary", "other".
std::string_view name_of(FileKind kind);

/// By what the header says; by the name only where files of that kind often say nothing.
FileKind kind_of(const gguf::Header& header, const std::filesystem::path& path);

struct ModelName {
  std::string source;  ///< Source::name, or the folder that was given.
  std::string name;
};

/// One model; of a split one all files, named by the first.
struct LocalModel {
  std::filesystem::path path;
  std::uint64_t header_offset =
      0;                         ///< Not 0 inside a llamafile, which no engine but its own loads.
  std::vector<ModelName> names;  ///< At least one, in the order of the sources, none twice.
  FileKind kind = FileKind::Model;
  gguf::Header header;  ///< Of vocabularies the lengths are kept and not the first elements.

  const std::string& name() const { return names.front().name; }
};

struct UnusableFile {
  std::string source;
  std::filesystem::path path;
  std::string reason;
};

struct Survey {
  std::vector<LocalModel> models;  ///< Of every kind, in the order they were found.
  std::vector<UnusableFile> unusable;
};

/// Looks into every source and into `folders` (which may be files), reads headers on all cores and
/// never fails for what it finds: that is listed as unusable. BadInput when one of `folders` does
/// not exist.
base::Result<Survey> survey_models(const Surroundings& surroundings,
                                   std::span<const std::filesystem::path> folders);

}  // namespace assay::catalog

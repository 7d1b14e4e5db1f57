#include <algorithm>
#include <array>

#include "catalog/survey.h"

namespace assay::catalog {
namespace {

/// Architectures that give vectors, by how their names begin.
constexpr std::array<std::string_view, 7> kEmbedders{
    "bert", "nomic-bert", "jina-bert", "modern-bert", "neo-bert", "eurobert", "gemma-embedding"};

/// Neither text in nor text out.
constexpr std::array<std::string_view, 6> kOthers{
    "wavtokenizer-dec", "t5encoder", "flux", "sd1", "sdxl", "whisper"};

template <typename Names>
bool begins_like_one(const Names& names, std::string_view architecture) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return architecture.starts_with(name); });
}

}  // namespace

std::string_view name_of(FileKind kind) {
  switch (kind) {
    case FileKind::Model:
      return "model";
    case FileKind::Embedding:
      return "embedding model";
    case FileKind::Projector:
      return "projector";
    case FileKind::Adapter:
      return "adapter";
    case FileKind::Vocabulary:
      return "vocabulary";
    case FileKind::Other:
      return "other";
  }
  return "";
}

FileKind kind_of(const gguf::Header& header, const std::filesystem::path& path) {
  const std::string type = header.text("general.type").value_or("");
  const std::string architecture = header.text("general.architecture").value_or("");
  if (type == "adapter" || header.text("adapter.type")) return FileKind::Adapter;
  if (type == "mmproj" || architecture == "clip" || path.filename().string().starts_with("mmproj"))
    return FileKind::Projector;
  if (type == "imatrix" || architecture.empty()) return FileKind::Other;
  if (header.tensors.empty()) return FileKind::Vocabulary;
  if (begins_like_one(kEmbedders, architecture) ||
      header.architecture_integer("pooling_type").value_or(0) != 0) {
    return FileKind::Embedding;
  }
  return begins_like_one(kOthers, architecture) ? FileKind::Other : FileKind::Model;
}

}  // namespace assay::catalog

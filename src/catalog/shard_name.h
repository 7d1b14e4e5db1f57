// The file names of split models: NAME-00002-of-00003.gguf, as llama-gguf-split writes them.
#pragma once

#include <filesystem>
#include <optional>

namespace assay::catalog {

struct ShardName {
  int number = 0;  ///< From 1.
  int count = 0;
  std::filesystem::path first;  ///< The model's first file, beside this one.
};

/// None when the name is not one of a split model.
std::optional<ShardName> read_shard_name(const std::filesystem::path& path);

}  // namespace assay::catalog

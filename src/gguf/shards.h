// Models that are split over several files, by the naming of llama.cpp's llama-gguf-split:
// NAME-00001-of-00003.gguf, where the first file has the metadata and every file its own tensors.
#pragma once

#include <filesystem>
#include <vector>

#include "gguf/header.h"

namespace assay::gguf {

/// The files that belong to the model beside `path`, whose header this is; empty for a model in one
/// file. BadInput when `path` is not the first file, is not named as above, or one is missing.
base::Result<std::vector<std::filesystem::path>> other_shards(const Header& header,
                                                              const std::filesystem::path& path);

}  // namespace assay::gguf

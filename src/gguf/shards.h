// Models that are split over several files, by the naming of llama.cpp's llama-gguf-split:
// NAME-00001-of-00003.gguf, where the first file has the metadata and every file its own tensors.
#pragma once

#include <string>

#include "gguf/byte_source.h"
#include "gguf/header.h"

namespace assay::gguf {

/// Adds to `header`, read from the file or URL `name`, the tensors and sizes of the model's other
/// files, which `open` finds beside it; nothing for a model in one file. BadInput when `name` is
/// not the first file or not named as above, when a file is missing, and when the files contradict
/// each other: their number, their places, the tensors they should have together.
base::Status add_shards(Header& header, const std::string& name, const OpenSource& open);

}  // namespace assay::gguf

// Writes the header of a GGUF file: what parse.h reads, the other way around. For hollow models.
#pragma once

#include <string>

#include "base/result.h"
#include "gguf/header.h"

namespace assay::gguf {

/// GGUF version 3, little-endian: metadata in the order of its keys, then the tensor list, padded
/// to general.alignment (32 when it is not said), so that the data section starts at the size of
/// what is returned. Whole numbers take the type that llama.cpp expects: uint32 where
/// std::uint64_t fits, int32 where std::int64_t does; fractions are float32. BadInput when an array
/// lacks elements (Array::head shorter than its length) or mixes their types, or when the alignment
/// is no power of two.
base::Result<std::string> write_header(const Header& header);

}  // namespace assay::gguf

// Reads the tensor list of a GGUF header for parse.h, and checks that its tensors have a place.
#pragma once

#include <cstdint>
#include <optional>

#include "gguf/cursor.h"
#include "gguf/header.h"

namespace assay::gguf {

/// Reads `count` entries into header.tensors. False as read_metadata().
bool read_tensors(Cursor& cursor, std::uint64_t count, Header& header,
                  std::optional<base::Error>& error);

/// Sets where the data section starts after a header of `header_bytes`, and checks that the tensors
/// lie in it and in the file, aligned and without overlap. False with `error` otherwise.
bool place_tensors(std::uint64_t header_bytes, Header& header, std::optional<base::Error>& error);

/// The first name that two tensors have; none when all differ.
std::optional<std::string> find_duplicate_name(const std::vector<Tensor>& tensors);

}  // namespace assay::gguf

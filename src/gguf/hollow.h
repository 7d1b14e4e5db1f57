// Hollow models: a model's real metadata and tensor shapes with zeros for weights, which are a hole
// in the file and take no room on disk. llama-server loads and runs one with the memory and speed
// of the real model; only the text means nothing. To rehearse a model before it is downloaded, and
// to check estimates against models that this machine does not have.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string_view>

#include "base/result.h"
#include "gguf/byte_source.h"
#include "gguf/shape.h"

namespace assay::gguf {

struct HollowOptions {
  /// Of a mixture of experts, so many rows of the token embedding, all routers and all norms are
  /// filled with small random values (always the same ones): zeros would send every token to the
  /// same experts, and then the others are never read. 0: none of these. Models without experts
  /// need none: a product with zeros takes as long as any other. Rotation factors, which are
  /// divided by, are ones in every model.
  std::uint64_t embedding_rows_filled = std::numeric_limits<std::uint64_t>::max();
};

struct HollowFile {
  std::uint64_t file_bytes = 0;    ///< As the model's real file.
  std::uint64_t disk_bytes = 0;    ///< What it takes on disk.
  std::uint64_t filled_bytes = 0;  ///< Of the data section, written as values.
};

/// From a shape, with a byte-level tokenizer of made-up tokens of the shape's vocabulary (at least
/// 512) and the ChatML template. The file must not exist. Errors: as header_of(); BadInput when the
/// file is there; System when it cannot be written, and then nothing is left behind.
base::Result<HollowFile> write_hollow(const ModelShape& shape, std::string_view quantization,
                                      const std::filesystem::path& path,
                                      const HollowOptions& options = {});

/// From a model's own header, whose bytes are kept: metadata, tokenizer and tensor list are the
/// real ones. One file of a split model gives one file of its hollow copy. Errors: as
/// read_header(); as above.
base::Result<HollowFile> write_hollow(const ByteSource& model, const std::filesystem::path& path,
                                      const HollowOptions& options = {});

}  // namespace assay::gguf

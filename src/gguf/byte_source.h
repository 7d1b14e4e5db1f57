// Where a header is read from: gguf asks for bytes and does not know of networks. A file on this
// machine is one; net/range_reader.h serves the bytes of a URL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.h"

namespace assay::gguf {

struct ByteSource {
  std::string name;         ///< For messages: the file or URL.
  std::uint64_t bytes = 0;  ///< Of the whole file.
  /// Exactly `count` bytes from `offset`, which lie inside the file.
  std::function<base::Result<std::string>(std::uint64_t offset, std::uint64_t count)> read;
};

/// Gives the source of a file by its name: a path or URL.
using OpenSource = std::function<base::Result<ByteSource>(const std::string& name)>;

/// A file on this machine, kept open for as long as a copy of the source lives. BadInput when it is
/// missing or no regular file. Reading gives a System error when the file has shrunk meanwhile.
base::Result<ByteSource> open_file(const std::filesystem::path& path);

}  // namespace assay::gguf

// Where a header is read from when it is not a file on this machine: gguf asks for bytes and does
// not know of networks. net/range_reader.h serves the bytes of a URL.
#pragma once

#include <cstdint>
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

}  // namespace assay::gguf

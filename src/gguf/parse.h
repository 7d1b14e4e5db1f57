// The parser behind read_header() and parse_header().
#pragma once

#include <cstdint>
#include <string>

#include "gguf/cursor.h"
#include "gguf/header.h"

namespace assay::gguf {

constexpr std::uint64_t kKeyBytesMax = 65535;  ///< Of a metadata key or tensor name.
/// More than any model has; bounds memory for files that are said to be large.
constexpr std::uint64_t kTensorsMax = 1'000'000;

/// Reads the header at the cursor, the start of a file of `file_bytes` bytes. Errors as
/// parse_header(), and the source's own. Work and memory are bounded by the bytes that the cursor
/// has, whatever the counts inside claim.
base::Result<Header> parse(Cursor& cursor, std::uint64_t file_bytes);

/// BadInput with the hint for a file that cannot be what was published.
base::Error malformed(std::string message);

}  // namespace assay::gguf

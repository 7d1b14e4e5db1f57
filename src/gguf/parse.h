// The parser behind read_header() and parse_header(), which can be given a part of the file.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "gguf/header.h"

namespace assay::gguf {

/// The header goes on beyond the bytes that were given, and the file has more.
struct NeedMore {};

/// `bytes` is the start of a file of `file_bytes` bytes. Errors as parse_header(). Work and memory
/// are bounded by `bytes.size()`, whatever the counts inside claim.
std::variant<Header, NeedMore, base::Error> parse_start(std::string_view bytes,
                                                        std::uint64_t file_bytes);

}  // namespace assay::gguf

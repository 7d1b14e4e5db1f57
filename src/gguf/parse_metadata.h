// Reads the metadata of a GGUF header for parse.h, and writes nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gguf/cursor.h"
#include "gguf/header.h"

namespace assay::gguf {

/// Reads `count` entries into header.metadata. False when it could not: `error` has the reason, or
/// is none because the cursor ran out of bytes. Of all arrays together at most 262,144 elements are
/// kept, so that memory stays bounded whatever the bytes claim; the rest is skipped.
bool read_metadata(Cursor& cursor, std::uint64_t count, Header& header,
                   std::optional<base::Error>& error);

/// A length and so many bytes; none as above, also when it is longer than `bytes_max`. `what` names
/// it in the message, "a tensor name".
std::optional<std::string> read_text(Cursor& cursor, std::uint64_t bytes_max, std::string_view what,
                                     std::optional<base::Error>& error);

}  // namespace assay::gguf

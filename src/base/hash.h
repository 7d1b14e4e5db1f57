// SHA-256, for ids that mean the same thing on every machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::base {

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// The same over a file's content, read in pieces.
Result<std::string> sha256_hex_of_file(const std::filesystem::path& path);

/// The first eight bytes of the SHA-256 as a big-endian number: a seed that any program can
/// recompute.
std::uint64_t sha256_seed(std::string_view bytes);

}  // namespace assay::base

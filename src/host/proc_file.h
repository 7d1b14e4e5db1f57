// Small reads and writes of the kernel's own text files (/proc, /sys), which report a size of zero
// and take a value in one write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::host {

/// The file's text, or none when it cannot be read.
std::optional<std::string> read_kernel_file(const std::filesystem::path& path);

/// The file's text as one number; none when it is not one ("max").
std::optional<std::uint64_t> read_kernel_number(const std::filesystem::path& path);

base::Status write_kernel_file(const std::filesystem::path& path, std::string_view value);

/// The number in a "<key><separator or blanks>NUMBER …" line: `MemTotal: 16 kB`, `oom_kill 3`.
/// `key` must stand at the line's start and be followed by a blank or a colon.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key);

/// A decimal number with blanks around it, nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace assay::host

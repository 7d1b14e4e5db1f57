// Whole files, read and written with errors that name the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace assay::base {

/// The file's bytes. Refuses directories and files larger than `bytes_max`.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uint64_t bytes_max = std::uint64_t{256} << 20U);

/// Writes to a temporary file beside `path`, syncs it and renames it over `path`, so that a reader
/// sees the old content or the new, and a full disk leaves the old. Creates missing folders.
Status write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace assay::base

// What a llama-server that ended wrote about it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace assay::endpoint {

/// Why a server ended by itself, as far as its log tells.
enum class ServerEnd { Unknown, OutOfMemory, PortInUse, BadModel };

ServerEnd classify_log(std::string_view log);

/// The end of what was written from byte `offset` on, at most 64 KiB; empty when there is no file.
std::string read_log_end(const std::filesystem::path& log, std::uint64_t offset);

/// The last lines that say something went wrong, else simply the last ones; indented, for a
/// message.
std::string last_lines(std::string_view log);

}  // namespace assay::endpoint

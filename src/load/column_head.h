// What the writer and the reader of column files (column_file.h) agree on: the marks, the first
// line that names the columns, and how numbers lie. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "load/column_block.h"

namespace assay::load {

/// The line's first words, the last of them the version.
inline constexpr std::string_view kColumnsFirstWords = "assay-columns 1";
inline constexpr std::size_t kMarkBytes = 4;
inline constexpr std::string_view kBlockMark = "BLCK";
inline constexpr std::string_view kEndMark = "END.";
inline constexpr std::size_t kColumnsMost = 64;
/// Of kColumnsMost columns with names of 50 letters.
inline constexpr std::size_t kFirstLineBytesMost = 4096;

/// Little-endian, of `size` bytes, at most 8.
void put_number(std::string& bytes, std::uint64_t value, std::size_t size);
/// Requires `size` bytes from `at` on.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size);

bool is_column_name(std::string_view name);

/// "assay-columns 1 due_ns:delta tokens:plain", with its line feed.
std::string first_line(const std::vector<Column>& columns);
/// The columns of such a line without its line feed, which is not trusted.
base::Result<std::vector<Column>> parse_first_line(const std::string& line);

}  // namespace assay::load

#include "load/column_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"

namespace assay::load {
namespace {

/// "name:coding" of the first line.
std::optional<Column> parse_column(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon == std::string_view::npos || !is_column_name(name)) return std::nullopt;
  for (const ColumnCoding coding : {ColumnCoding::Plain, ColumnCoding::Delta}) {
    if (text.substr(colon + 1) == name_of(coding)) return Column{std::string(name), coding};
  }
  return std::nullopt;
}

}  // namespace

void put_number(std::string& bytes, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}

bool is_column_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
  });
}

std::string first_line(const std::vector<Column>& columns) {
  std::string line(kColumnsFirstWords);
  for (const Column& column : columns) {
    line += fmt::format(" {}:{}", column.name, name_of(column.coding));
  }
  return line + "\n";
}

base::Result<std::vector<Column>> parse_first_line(const std::string& line) {
  const std::vector<std::string> words = base::split(line, ' ');
  if (words.size() < 2 || fmt::format("{} {}", words[0], words[1]) != kColumnsFirstWords) {
    return base::bad_input(fmt::format("expected a file of raw records, whose first words are `{}`",
                                       kColumnsFirstWords),
                           words[0] == "assay-columns"
                               ? "a newer version of assay wrote it; read it with that one"
                               : "point at the records of a run of `assay load`");
  }
  std::vector<Column> columns;
  std::set<std::string> names;
  for (std::size_t i = 2; i < words.size(); ++i) {
    auto column = parse_column(words[i]);
    if (!column || !names.insert(column->name).second) {
      return base::bad_input(
          fmt::format("expected column {} of the first line as name:plain or name:delta, each name "
                      "once, of a-z, 0-9 and _",
                      i - 1),
          "the file is damaged; run the test again");
    }
    columns.push_back(std::move(*column));
  }
  if (!columns.empty() && columns.size() <= kColumnsMost) return columns;
  return base::bad_input(
      fmt::format("expected 1 to {} columns, found {}", kColumnsMost, columns.size()),
      "the file is damaged; run the test again");
}

}  // namespace assay::load

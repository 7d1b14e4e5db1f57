// Text in aligned columns, for what verbs list on a terminal.
#pragma once

#include <string>
#include <vector>

namespace assay::cli {

/// As wide as their widest cell, two blanks apart. Numbers read best flush right.
class ColumnTable {
 public:
  struct Column {
    std::string title;
    bool flush_right = false;
  };

  explicit ColumnTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell per column; UTF-8.
  void add(std::vector<std::string> cells);

  /// The titles and every row, each line ended; without blanks at the ends of lines.
  std::string to_text() const;

 private:
  std::string line_of(const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace assay::cli

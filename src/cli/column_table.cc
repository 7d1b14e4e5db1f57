#include "cli/column_table.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace assay::cli {

void ColumnTable::add(std::vector<std::string> cells) {
  ASSAY_CHECK(cells.size() == columns_.size(), "a row has one cell per column");
  rows_.push_back(std::move(cells));
}

std::string ColumnTable::line_of(const std::vector<std::string>& cells,
                                 const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (at > 0) line += "  ";
    const std::string blanks(widths[at] - base::display_width(cells[at]), ' ');
    line += columns_[at].flush_right ? blanks + cells[at] : cells[at] + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string ColumnTable::to_text() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(base::display_width(column.title));
  }
  for (const auto& row : rows_) {
    for (std::size_t at = 0; at < row.size(); ++at) {
      widths[at] = std::max(widths[at], base::display_width(row[at]));
    }
  }
  std::string text = line_of(titles, widths);
  for (const auto& row : rows_) text += line_of(row, widths);
  return text;
}

}  // namespace assay::cli

#include "report/text_page.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "report/escape.h"

namespace assay::report {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kWordsLeast = 8;

std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::None:
      return "";
    case Paint::Strong:
      return "\x1b[1m";
    case Paint::Quiet:
      return "\x1b[2m";
    case Paint::Good:
      return "\x1b[1;32m";
    case Paint::Bad:
      return "\x1b[1;31m";
    case Paint::Open:
      break;
  }
  return "\x1b[1;33m";
}

std::vector<std::size_t> widths_of(const std::vector<TextPage::Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TextPage::Row& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], base::display_width(row[column].text));
    }
  }
  return widths;
}

std::size_t total(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

void erase_column(std::vector<TextPage::Row>& rows, std::string& alignment, std::size_t column) {
  for (TextPage::Row& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  alignment.erase(column, 1);
}

/// Takes what is too much from the widest column of words.
void narrow(std::vector<std::size_t>& widths, const std::string& alignment, std::size_t columns) {
  if (total(widths) <= columns) return;
  std::size_t widest = widths.size();
  for (std::size_t column = 0; column < widths.size(); ++column) {
    if (alignment[column] != 'l') continue;
    if (widest == widths.size() || widths[column] > widths[widest]) widest = column;
  }
  if (widest == widths.size()) return;
  const std::size_t over = total(widths) - columns;
  const std::size_t left = widths[widest] > over ? widths[widest] - over : 0;
  widths[widest] = std::max(left, std::min(kWordsLeast, widths[widest]));
}

}  // namespace

std::string TextPage::painted(Paint paint, const std::string& text) const {
  if (!has_color_ || paint == Paint::None || text.empty()) return text;
  return std::string(code_of(paint)) + text + "\x1b[0m";
}

void TextPage::paragraph(std::string_view sentence, Paint paint, std::size_t indent,
                         std::size_t hanging) {
  std::string current(indent, ' ');
  std::size_t width = indent;
  bool has_word = false;
  for (const std::string& word : base::split(single_line(sentence), ' ')) {
    const std::size_t more = base::display_width(word) + (has_word ? 1 : 0);
    if (has_word && width + more > columns_) {
      text_ += painted(paint, current) + "\n";
      current = std::string(hanging, ' ') + word;
      width = hanging + base::display_width(word);
      continue;
    }
    current += (has_word ? " " : "") + word;
    width += more;
    has_word = true;
  }
  text_ += painted(paint, current) + "\n";
}

void TextPage::fact(std::string_view label, std::string_view sentence) {
  const std::size_t start = text_.size();
  paragraph(sentence, Paint::None, kLabelColumns, kLabelColumns);
  text_.replace(start, label.size(), painted(Paint::Strong, std::string(label)));
}

void TextPage::table(std::vector<Row> rows, std::string alignment,
                     std::vector<std::size_t> dispensable) {
  for (Row& row : rows) {
    for (Cell& cell : row) cell.text = single_line(cell.text);
  }
  std::vector<std::size_t> widths = widths_of(rows);
  for (std::size_t index = 0; index < dispensable.size() && total(widths) > columns_; ++index) {
    const std::size_t column = dispensable[index];
    erase_column(rows, alignment, column);
    for (std::size_t& other : dispensable) other -= other > column ? 1 : 0;
    widths = widths_of(rows);
  }
  narrow(widths, alignment, columns_);
  for (const Row& row : rows) {
    std::string line;
    std::size_t owed = 0;  // Blanks that only count once something follows them.
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string text = base::ellipsize(row[column].text, widths[column]);
      const std::size_t blank = widths[column] - base::display_width(text);
      const bool is_left = alignment[column] == 'l';
      if (!text.empty()) {
        line += std::string(owed + (is_left ? 0 : blank), ' ') + painted(row[column].paint, text);
        owed = is_left ? blank : 0;
      } else {
        owed += blank;
      }
      owed += kGap;
    }
    text_ += line + "\n";
  }
}

}  // namespace assay::report

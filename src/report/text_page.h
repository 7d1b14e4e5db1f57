// Lines for a terminal: paragraphs that wrap, facts with a label, tables that fit. Colour only
// where it is allowed. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::report {

enum class Paint { None, Strong, Quiet, Good, Bad, Open };

class TextPage {
 public:
  struct Cell {
    std::string text;
    Paint paint = Paint::None;
  };
  using Row = std::vector<Cell>;

  TextPage(std::size_t columns, bool has_color) : columns_(columns), has_color_(has_color) {}

  void gap() { text_ += "\n"; }
  /// Wrapped at spaces; later lines are indented by `hanging`.
  void paragraph(std::string_view sentence, Paint paint = Paint::None, std::size_t indent = 0,
                 std::size_t hanging = 0);
  /// A label of up to kLabelColumns - 1, and what it says beside it.
  void fact(std::string_view label, std::string_view sentence);
  /// One letter of `alignment` for each column: l or r. Columns listed in `dispensable` are left
  /// out, the first one first, until the rest fits; then the widest column of words is cut.
  void table(std::vector<Row> rows, std::string alignment,
             std::vector<std::size_t> dispensable = {});

  std::string painted(Paint paint, const std::string& text) const;
  const std::string& text() const { return text_; }

  static constexpr std::size_t kLabelColumns = 12;

 private:
  std::size_t columns_;
  bool has_color_;
  std::string text_;
};

}  // namespace assay::report

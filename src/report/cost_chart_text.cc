#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/axis.h"
#include "report/cost.h"
#include "report/cost_curve.h"
#include "report/cost_words.h"

namespace assay::report {
namespace {

using catalog::CloudLine;
using catalog::CostComparison;

constexpr int kRows = 16;
constexpr int kMargin = 12;
constexpr int kColumnsLeast = 40;
constexpr std::string_view kLocalMark = "●";
constexpr std::string_view kBreakEvenMark = "╳";

/// A grid of marks, each one column wide, over two logarithmic axes.
class Canvas {
 public:
  Canvas(const CostRange& range, int columns)
      : columns_(columns),
        tasks_(range.tasks_low, range.tasks_high, 0, columns - 1, true),
        cost_(range.cost_low, range.cost_high, kRows - 1, 0, true),
        cells_(static_cast<std::size_t>(columns * kRows), " ") {}

  /// The volume in the middle of a column.
  double tasks_at(int column) const {
    const double share = static_cast<double>(column) / (columns_ - 1);
    return tasks_.low() * std::pow(tasks_.high() / tasks_.low(), share);
  }

  void put(double tasks, double cost, std::string_view mark) {
    if (!(cost > 0) || !(tasks > 0)) return;
    const long column = std::lround(tasks_.pixel(tasks));
    const long row = std::lround(cost_.pixel(cost));
    if (column < 0 || column >= columns_ || row < 0 || row >= kRows) return;
    cells_[static_cast<std::size_t>(row * columns_ + column)] = mark;
  }

  std::string row_text(int row) const {
    std::string text;
    for (int column = 0; column < columns_; ++column) {
      text += cells_[static_cast<std::size_t>(row * columns_ + column)];
    }
    return text.substr(0, text.find_last_not_of(' ') + 1);
  }

  /// The cost at the middle of a row.
  double cost_at(int row) const {
    const double share = static_cast<double>(kRows - 1 - row) / (kRows - 1);
    return cost_.low() * std::pow(cost_.high() / cost_.low(), share);
  }

 private:
  int columns_;
  Axis tasks_;
  Axis cost_;
  std::vector<std::string> cells_;
};

/// Rounded to two significant digits.
double two_digits(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)) - 1);
  return std::round(value / power) * power;
}

void draw(const CostComparison& comparison, const CostRange& range, int columns, Canvas& canvas) {
  for (int column = 0; column < columns; ++column) {
    const double tasks = canvas.tasks_at(column);
    for (std::size_t index = 0; index < std::min<std::size_t>(comparison.clouds.size(), 26);
         ++index) {
      const char letter = static_cast<char>('a' + index);
      canvas.put(tasks, comparison.clouds[index].per_task * tasks, std::string(1, letter));
    }
    canvas.put(tasks, local_cost(comparison, tasks), kLocalMark);
  }
  for (const CloudLine& cloud : comparison.clouds) {
    if (!is_shown(cloud.break_even, range)) continue;
    canvas.put(cloud.break_even.tasks, cloud.per_task * cloud.break_even.tasks, kBreakEvenMark);
  }
}

}  // namespace

std::string cost_chart_text(const CostComparison& comparison, int columns) {
  const CostRange range = cost_range(comparison);
  const int width = std::max(columns, kColumnsLeast) - kMargin;
  Canvas canvas(range, width);
  draw(comparison, range, width, canvas);
  std::string text =
      fmt::format("{} a month over tasks a month: {} local, letters as above, {} break-even\n",
                  comparison.currency, kLocalMark, kBreakEvenMark);
  for (int row = 0; row < kRows; ++row) {
    const std::string label = row % 5 == 0 ? tick_amount(two_digits(canvas.cost_at(row))) : "";
    text += fmt::format("{:>{}} │{}\n", label, kMargin - 2, canvas.row_text(row));
  }
  const std::string low = volume(range.tasks_low);
  const std::string high = volume(range.tasks_high);
  std::string line;
  for (int column = 0; column < width; ++column) line += "─";
  text += fmt::format("{:>{}} └{}\n", "", kMargin - 2, line);
  const auto gap = static_cast<std::size_t>(width) -
                   std::min<std::size_t>(low.size() + high.size(), static_cast<std::size_t>(width));
  return text + fmt::format("{:>{}}{}{}{}\n", "", kMargin, low, std::string(gap, ' '), high);
}

}  // namespace assay::report

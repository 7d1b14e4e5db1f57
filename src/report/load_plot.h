// Pieces that the charts of a load test share: lines with gaps, their legend, ticks. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/axis.h"
#include "report/label_layout.h"

namespace assay::report {

/// A line over the values of x; NaN interrupts it, infinity is marked at the upper edge.
struct Line {
  struct Point {
    double x = 0;
    double y = 0;
  };
  std::string name;
  std::vector<Point> points;
  /// Colour and dashes, 0 to 5.
  std::size_t look = 0;
};

/// Whether positive values span more than one and a half powers of ten.
bool spans_decades(double low, double high);

/// The axis that the finite values of all lines fit on: logarithmic where they span decades and
/// `may_be_logarithmic`, else from 0. Pixels as Axis takes them.
Axis axis_for(const std::vector<Line>& lines, double from, double to, bool may_be_logarithmic);

/// Largest values of at most `most` spans of equal number; the points themselves when they are few.
std::vector<Line::Point> thinned(const std::vector<Line::Point>& points, std::size_t most);

std::string line_svg(const Line& line, const Axis& x, const Axis& y, const Box& plot);

/// The names of the lines with a sample of each, in one row from (x, y) on.
std::string legend_svg(const std::vector<Line>& lines, double x, double y);

/// The ticks of an axis; where they would stand closer than `pixels_least`, powers of ten alone, or
/// failing that, as many as there is room for.
std::vector<double> spaced_ticks(const Axis& axis, int count, double pixels_least);

/// "<text class=… x=… y=… text-anchor=…>text</text>", escaped.
std::string text_svg(std::string_view css_class, double x, double y, std::string_view anchor,
                     std::string_view text);

/// Horizontal or vertical lines of the grid.
std::string across(const Box& plot, double y);
std::string upward(const Box& plot, double x);

}  // namespace assay::report

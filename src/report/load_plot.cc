#include "report/load_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "report/escape.h"

namespace assay::report {
namespace {

constexpr double kCharacterWidth = 6.6;
constexpr double kSampleWidth = 26;

std::string dot(const Line& line, double x, double y) {
  return fmt::format("<circle class=\"dot look{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"1.6\"/>",
                     line.look, x, y);
}

/// One stretch of a line without gaps; a single value would be no line.
std::string stretch(const Line& line, const std::vector<Line::Point>& pixels) {
  if (pixels.empty()) return "";
  if (pixels.size() == 1) return dot(line, pixels[0].x, pixels[0].y);
  std::string path;
  for (const Line::Point& point : pixels) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", point.x, point.y);
  }
  return fmt::format("<path class=\"curve look{}\" d=\"{}\"/>", line.look, path);
}

}  // namespace

bool spans_decades(double low, double high) { return low > 0 && high > low * std::pow(10, 1.5); }

Axis axis_for(const std::vector<Line>& lines, double from, double to, bool may_be_logarithmic) {
  double least = std::numeric_limits<double>::infinity();
  double least_positive = least;
  double most = 0;
  for (const Line& line : lines) {
    for (const Line::Point& point : line.points) {
      if (!std::isfinite(point.y)) continue;
      least = std::min(least, point.y);
      if (point.y > 0) least_positive = std::min(least_positive, point.y);
      most = std::max(most, point.y);
    }
  }
  if (may_be_logarithmic && least > 0 && spans_decades(least_positive, most)) {
    return {least_positive / 1.2, most * 1.3, from, to, true};
  }
  return {std::min(0.0, std::isfinite(least) ? least : 0.0), most > 0 ? most * 1.08 : 1.0, from,
          to};
}

std::vector<Line::Point> thinned(const std::vector<Line::Point>& points, std::size_t most) {
  if (points.size() <= most) return points;
  std::vector<Line::Point> kept;
  for (std::size_t span = 0; span < most; ++span) {
    const auto from = points.begin() + static_cast<std::ptrdiff_t>(span * points.size() / most);
    const auto to = points.begin() + static_cast<std::ptrdiff_t>((span + 1) * points.size() / most);
    kept.push_back(*std::max_element(
        from, to,
        [](const Line::Point& left, const Line::Point& right) { return left.y < right.y; }));
  }
  return kept;
}

std::string line_svg(const Line& line, const Axis& x, const Axis& y, const Box& plot) {
  std::string svg;
  std::vector<Line::Point> pixels;
  for (const Line::Point& point : line.points) {
    if (std::isfinite(point.y)) {
      const double pixel = y.pixel(std::max(point.y, y.low()));
      pixels.push_back({x.pixel(point.x), std::clamp(pixel, plot.y, plot.y + plot.height)});
      continue;
    }
    svg += stretch(line, pixels);
    pixels.clear();
    if (std::isinf(point.y)) {
      svg += fmt::format("<path class=\"endless look{}\" d=\"M{:.1f} {:.1f}l-3.5 6h7z\"/>",
                         line.look, x.pixel(point.x), plot.y + 1);
    }
  }
  return svg + stretch(line, pixels);
}

std::string legend_svg(const std::vector<Line>& lines, double x, double y) {
  std::string svg;
  for (const Line& line : lines) {
    svg += fmt::format("<path class=\"curve look{}\" d=\"M{:.1f} {:.1f}h{}\"/>", line.look, x,
                       y - 4, kSampleWidth);
    svg += text_svg(fmt::format("name look{}", line.look), x + kSampleWidth + 6, y, "start",
                    line.name);
    x += kSampleWidth + 26 + kCharacterWidth * static_cast<double>(base::display_width(line.name));
  }
  return svg;
}

std::vector<double> spaced_ticks(const Axis& axis, int count, double pixels_least) {
  const auto kept_of = [&](const std::vector<double>& ticks) {
    std::vector<double> kept;
    for (const double tick : ticks) {
      if (kept.empty() || std::abs(axis.pixel(tick) - axis.pixel(kept.back())) >= pixels_least) {
        kept.push_back(tick);
      }
    }
    return kept;
  };
  // Fewer are asked for until they fit; a logarithmic axis gives the same ones every time.
  std::vector<double> all;
  for (int fewer = count; fewer > 1; --fewer) {
    all = axis.ticks(fewer);
    if (kept_of(all).size() == all.size()) return all;
  }
  std::vector<double> powers;
  for (const double tick : all) {
    const double power = std::log10(tick);
    if (std::abs(power - std::round(power)) < 1e-9) powers.push_back(tick);
  }
  return kept_of(powers.size() >= 2 ? powers : all);
}

std::string text_svg(std::string_view css_class, double x, double y, std::string_view anchor,
                     std::string_view text) {
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
                     css_class, x, y, anchor, html_text(single_line(text)));
}

std::string across(const Box& plot, double y) {
  return fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}h{:.1f}\"/>", plot.x, y, plot.width);
}

std::string upward(const Box& plot, double x) {
  return fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}v{:.1f}\"/>", x, plot.y, plot.height);
}

}  // namespace assay::report

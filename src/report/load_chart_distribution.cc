#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/escape.h"
#include "report/load_chart.h"
#include "report/load_plot.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::Distribution;
using load::Measure;

constexpr double kWidth = 984;
constexpr Box kPlot{70, 44, 890, 320};
constexpr std::array kMarkedShares{0.5, 0.9, 0.95, 0.99};

std::size_t look_of(Measure measure) {
  switch (measure) {
    case Measure::Ttft:
    case Measure::Ttfo:
      return 0;
    case Measure::TtftScheduled:
      return 1;
    case Measure::Itl:
    case Measure::Tpot:
      return 5;
    case Measure::E2e:
      return 4;
    case Measure::E2eScheduled:
      break;
  }
  return 3;
}

bool is_drawn(const load::LoadReport& report, const Distribution& distribution) {
  if (distribution.points.empty()) return false;
  switch (distribution.measure) {
    case Measure::TtftScheduled:
      return report.kind == load::LoadKind::Open;
    case Measure::Ttft:
    case Measure::Itl:
    case Measure::E2e:
      return true;
    case Measure::Ttfo:
    case Measure::Tpot:
    case Measure::E2eScheduled:
      break;
  }
  return false;
}

Axis value_axis(const std::vector<const Distribution*>& drawn) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (const Distribution* distribution : drawn) {
    for (const Distribution::Point& point : distribution->points) {
      if (!std::isfinite(point.value)) continue;
      if (point.value > 0) low = std::min(low, point.value);
      high = std::max(high, point.value);
    }
  }
  const bool logarithmic = spans_decades(low, high);
  return {logarithmic ? low : 0, high, kPlot.x, kPlot.x + kPlot.width, logarithmic};
}

std::string time_tick(double ms) {
  return ms < 1000 ? fmt::format("{:g} ms", ms) : fmt::format("{:g} s", ms / 1000);
}

std::string frame(const Axis& time, const Axis& share) {
  std::string svg;
  for (const double tick : share.ticks(5)) {
    const double y = share.pixel(tick);
    svg += across(kPlot, y) +
           text_svg("tick", kPlot.x - 8, y + 4, "end", fmt::format("{:g}%", tick * 100));
  }
  for (const double tick : spaced_ticks(time, 8, 52)) {
    const double x = time.pixel(tick);
    svg += upward(kPlot, x) +
           text_svg("tick", x, kPlot.y + kPlot.height + 18, "middle", time_tick(tick));
  }
  return svg + text_svg("tick", kPlot.x + kPlot.width / 2, kPlot.y + kPlot.height + 40, "middle",
                        "time; the curve is the share of requests that took at most so long");
}

/// A mark on the curve where it passes a share that people ask for, with its value as a title.
std::string marks(const Distribution& distribution, const Line& line, const Axis& time,
                  const Axis& share) {
  std::string svg;
  for (const double marked : kMarkedShares) {
    const auto at =
        std::find_if(distribution.points.begin(), distribution.points.end(),
                     [marked](const Distribution::Point& point) { return point.share >= marked; });
    if (at == distribution.points.end() || !std::isfinite(at->value)) continue;
    svg += fmt::format(
        "<circle class=\"point look{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>{} p{:g}: {}"
        "</title></circle>",
        line.look, time.pixel(at->value), share.pixel(at->share), line.name, marked * 100,
        ms_text(at->value));
  }
  const Distribution::Point& last = distribution.points.back();
  if (last.share < 0.9995 && std::isfinite(last.value)) {
    svg += fmt::format(
        "<circle class=\"hollow look{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\"><title>{}: {} of "
        "requests failed before it could be measured</title></circle>",
        line.look, time.pixel(last.value), share.pixel(last.share), line.name,
        share_text(1 - last.share));
  }
  return svg;
}

}  // namespace

std::string distribution_chart(const load::LoadReport& report, const load::TargetReport& target) {
  std::vector<const Distribution*> drawn;
  for (const Distribution& distribution : target.distributions) {
    if (is_drawn(report, distribution)) drawn.push_back(&distribution);
  }
  if (drawn.empty()) return "";
  const Axis time = value_axis(drawn);
  const Axis share(0, 1, kPlot.y + kPlot.height, kPlot.y);
  std::string svg;
  std::vector<Line> lines;
  for (const Distribution* distribution : drawn) {
    Line line{
        std::string(measure_title(distribution->measure)), {}, look_of(distribution->measure)};
    for (const Distribution::Point& point : distribution->points) {
      if (std::isfinite(point.value))
        line.points.push_back({std::max(point.value, time.low()), point.share});
    }
    svg += line_svg(line, time, share, kPlot) + marks(*distribution, line, time, share);
    lines.push_back(std::move(line));
  }
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Distribution of "
      "latencies; percentiles stand in the table\">{}{}{}</svg>",
      kWidth, kPlot.y + kPlot.height + 52, frame(time, share), svg,
      legend_svg(lines, kPlot.x, kPlot.y - 20));
}

}  // namespace assay::report

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "report/escape.h"
#include "report/load_chart.h"
#include "report/load_plot.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::TargetReport;

constexpr double kWidth = 984;
constexpr Box kPlot{70, 24, 880, 340};
constexpr double kCharacter = 6.8;

struct Point {
  const load::StageFigures* stage = nullptr;
  stats::Percentile e2e;
  bool is_knee = false;
  double x = 0;
  double y = 0;
};

/// Those that count and have a median.
std::vector<Point> points_of(const TargetReport& target) {
  std::vector<Point> points;
  for (std::size_t index = 0; index < target.stages.size(); ++index) {
    const load::StageFigures& stage = target.stages[index];
    const auto& e2e =
        stage.summary.measures[static_cast<std::size_t>(load::Measure::E2e)].percentiles[0];
    if (stage.stage.is_warm_up || !e2e || !std::isfinite(e2e->value)) continue;
    points.push_back({&stage, *e2e, target.knee == index});
  }
  return points;
}

Axis latency_axis(const std::vector<Point>& points) {
  Line line;
  for (const Point& point : points) {
    line.points.push_back({0, point.e2e.interval.low});
    line.points.push_back({0, point.e2e.value});
    line.points.push_back({0, point.e2e.interval.high});
  }
  return axis_for({line}, kPlot.y + kPlot.height, kPlot.y, true);
}

Axis rate_axis(const std::vector<Point>& points) {
  double most = 0;
  for (const Point& point : points) most = std::max(most, point.stage->summary.rate_achieved);
  return {0, most * 1.12, kPlot.x, kPlot.x + kPlot.width};
}

std::string frame(const Axis& rate, const Axis& latency) {
  std::string svg;
  for (const double tick : spaced_ticks(latency, 6, 18)) {
    const double y = latency.pixel(tick);
    svg += across(kPlot, y) + text_svg("tick", kPlot.x - 8, y + 4, "end",
                                       tick == 0     ? "0"
                                       : tick < 1000 ? fmt::format("{:g} ms", tick)
                                                     : fmt::format("{:g} s", tick / 1000));
  }
  for (const double tick : rate.ticks(8)) {
    const double x = rate.pixel(tick);
    svg += upward(kPlot, x) +
           text_svg("tick", x, kPlot.y + kPlot.height + 18, "middle", fmt::format("{:g}", tick));
  }
  return svg + text_svg("tick", kPlot.x, kPlot.y - 10, "start", "E2E p50 (lower is better)") +
         text_svg("tick", kPlot.x + kPlot.width / 2, kPlot.y + kPlot.height + 40, "middle",
                  "completed requests per second (further right is better)");
}

std::string label_of(const Point& point) {
  const load::StageRun& stage = point.stage->stage;
  const std::string asked = asked_text(stage);
  std::string text = single_line(stage.name);
  if (text != asked) text += " (" + asked + ")";
  return base::ellipsize(text, 30) + (point.is_knee ? ": the knee" : "");
}

std::string mark(const Point& point, const Axis& latency) {
  const auto clamped = [&](double value) {
    return std::clamp(std::isfinite(value) ? latency.pixel(value) : kPlot.y, kPlot.y,
                      kPlot.y + kPlot.height);
  };
  std::string svg =
      fmt::format("<path class=\"interval look0\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", point.x,
                  clamped(point.e2e.interval.low), clamped(point.e2e.interval.high));
  if (point.is_knee) {
    svg += fmt::format("<circle class=\"chosen\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"11\"/>", point.x,
                       point.y);
  }
  return svg +
         fmt::format(
             "<circle class=\"point look0\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\"><title>{}: {} "
             "requests/s at E2E p50 {} ({})</title></circle>",
             point.x, point.y, html_text(label_of(point)),
             rate_text(point.stage->summary.rate_achieved), ms_text(point.e2e.value),
             ms_range(point.e2e.value, point.e2e.interval));
}

std::string labels_svg(const std::vector<Point>& points) {
  std::vector<LabelRequest> requests;
  std::vector<Box> obstacles;
  for (std::size_t index = 0; index < points.size(); ++index) {
    const Point& point = points[index];
    const double radius = point.is_knee ? 12 : 8;
    obstacles.push_back({point.x - radius, point.y - radius, 2 * radius, 2 * radius});
    const double width = kCharacter * static_cast<double>(base::display_width(label_of(point)));
    requests.push_back({point.x, point.y, width, 15});
    if (index == 0) continue;
    // The line between stages is no place for names either: a few boxes along it.
    const Point& last = points[index - 1];
    for (int step = 1; step < 12; ++step) {
      const double share = step / 12.0;
      obstacles.push_back(
          {last.x + (point.x - last.x) * share - 3, last.y + (point.y - last.y) * share - 3, 6, 6});
    }
  }
  const auto boxes = place_labels(requests, obstacles, kPlot);
  std::string svg;
  for (std::size_t index = 0; index < points.size(); ++index) {
    if (!boxes[index]) continue;
    const Box& box = *boxes[index];
    svg += text_svg(points[index].is_knee ? "label strong" : "label", box.x, box.y + 11, "start",
                    label_of(points[index]));
  }
  return svg;
}

}  // namespace

std::string stages_chart(const TargetReport& target) {
  std::vector<Point> points = points_of(target);
  if (points.size() < 2) return "";
  const Axis rate = rate_axis(points);
  const Axis latency = latency_axis(points);
  std::string track;
  std::string marks;
  for (Point& point : points) {
    point.x = rate.pixel(point.stage->summary.rate_achieved);
    point.y = latency.pixel(point.e2e.value);
    track += fmt::format("{}{:.1f} {:.1f}", track.empty() ? "M" : "L", point.x, point.y);
    marks += mark(point, latency);
  }
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"End-to-end time "
      "against "
      "throughput by stage; the same figures stand in the table of stages\">{}<path "
      "class=\"track\" "
      "d=\"{}\"/>{}{}</svg>",
      kWidth, kPlot.y + kPlot.height + 52, frame(rate, latency), track, marks, labels_svg(points));
}

}  // namespace assay::report

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/axis.h"
#include "report/card.h"
#include "report/chart.h"
#include "report/escape.h"
#include "report/label_layout.h"

namespace assay::report {
namespace {

using finding::StudyFinding;

constexpr double kWidth = 860;
constexpr double kHeight = 480;
constexpr Box kPlot{56, 20, 784, 404};
constexpr double kLogarithmicFrom = 10;
constexpr double kCharacterWidth = 6.3;
constexpr double kLabelHeight = 14;
constexpr std::size_t kLabelColumns = 28;
constexpr std::size_t kModelColors = 6;

struct Point {
  const finding::CellFinding* cell = nullptr;
  std::string model;
  std::size_t model_index = 0;
  bool chosen = false;
  double x = 0;
  double y = 0;

  bool is_baseline() const { return cell->kind == finding::CellKind::Baseline; }
};

/// Names that matter most come first, so that they get the nearest places.
int rank(const Point& point) { return point.chosen ? 0 : point.is_baseline() ? 1 : 2; }

std::vector<Point> points_of(const StudyFinding& finding) {
  std::vector<Point> points;
  for (std::size_t index = 0; index < finding.models.size(); ++index) {
    const finding::ModelFinding& model = finding.models[index];
    for (const finding::CellFinding& cell : model.cells) {
      if (!std::isfinite(cell.accuracy) || !(cell.tokens_per_s > 0)) continue;
      points.push_back({.cell = &cell,
                        .model = model.model,
                        .model_index = index % kModelColors,
                        .chosen = is_chosen(finding, model, cell)});
    }
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& left, const Point& right) { return rank(left) < rank(right); });
  return points;
}

struct SpeedRange {
  double low = 0;
  double high = 0;
  bool logarithmic = false;
};

SpeedRange speed_range(const std::vector<Point>& points) {
  const auto [slowest, fastest] =
      std::minmax_element(points.begin(), points.end(), [](const Point& left, const Point& right) {
        return left.cell->tokens_per_s < right.cell->tokens_per_s;
      });
  const double low = slowest->cell->tokens_per_s;
  const double high = fastest->cell->tokens_per_s;
  if (high > low * kLogarithmicFrom) return {low / 1.3, high * 1.3, true};
  const double air = std::max((high - low) * 0.12, high * 0.05);
  return {std::max(0.0, low - air), high + air, false};
}

/// The accuracies with their intervals, in tens of points.
Axis accuracy_axis(const std::vector<Point>& points) {
  double low = 1;
  double high = 0;
  for (const Point& point : points) {
    low = std::min(low, point.cell->accuracy_interval.low);
    high = std::max(high, point.cell->accuracy_interval.high);
  }
  return {std::floor(low * 10) / 10, std::ceil(high * 10) / 10, kPlot.y + kPlot.height, kPlot.y};
}

std::string frame(const Axis& speed, const Axis& accuracy, std::string_view speed_words) {
  std::string svg;
  const double bottom = kPlot.y + kPlot.height;
  const double right = kPlot.x + kPlot.width;
  for (const double tick : accuracy.ticks(6)) {
    const double y = accuracy.pixel(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{} {:.1f}H{}\"/>", kPlot.x, y, right);
    svg += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                       kPlot.x - 8, y + 4, finding::percent(tick));
  }
  for (const double tick : speed.ticks(8)) {
    const double x = speed.pixel(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {}V{}\"/>", x, kPlot.y, bottom);
    svg +=
        fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:g}</text>",
                    x, bottom + 18, tick);
  }
  svg += fmt::format(
      "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{} (faster to the "
      "right)</text>",
      kPlot.x + kPlot.width / 2, bottom + 42, speed_words);
  return svg;
}

std::string mark(const Point& point, const Axis& accuracy) {
  std::string svg =
      fmt::format("<path class=\"interval model{}\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>",
                  point.model_index, point.x, accuracy.pixel(point.cell->accuracy_interval.low),
                  accuracy.pixel(point.cell->accuracy_interval.high));
  if (point.chosen) {
    svg += fmt::format("<circle class=\"chosen\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"12\"/>", point.x,
                       point.y);
  }
  svg += fmt::format(
      "<circle class=\"point model{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{} {}: {} ({}), "
      "{} tokens/s</title></circle>",
      point.model_index, point.x, point.y, point.is_baseline() ? 7 : 4.5, html_text(point.model),
      html_text(finding::cell_label(*point.cell)), finding::percent(point.cell->accuracy),
      finding::percent_range(point.cell->accuracy_interval),
      finding::decimal(point.cell->tokens_per_s));
  return svg;
}

std::string label_text(const Point& point) {
  std::string text = point.is_baseline() ? point.model : finding::cell_label(*point.cell);
  if (point.chosen) text = point.is_baseline() ? text : point.model + " " + text;
  return base::ellipsize(text, kLabelColumns);
}

/// The name, and a thin line from its point where it had to stand away from it.
std::string label(const Point& point, const Box& box) {
  const double middle = box.y + box.height / 2;
  const double near_x = std::clamp(point.x, box.x, box.x + box.width);
  std::string svg;
  if (std::hypot(near_x - point.x, middle - point.y) > 24) {
    svg += fmt::format("<path class=\"leader\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>", point.x,
                       point.y, near_x, middle);
  }
  const std::string_view weight = rank(point) < 2 ? " strong" : "";
  return svg + fmt::format("<text class=\"label text{}{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                           point.model_index, weight, box.x, box.y + 11,
                           html_text(label_text(point)));
}

std::vector<std::optional<Box>> label_boxes(const std::vector<Point>& points) {
  std::vector<LabelRequest> requests;
  std::vector<Box> obstacles;
  for (const Point& point : points) {
    const double radius = point.chosen ? 12 : point.is_baseline() ? 8 : 6;
    obstacles.push_back({point.x - radius, point.y - radius, 2 * radius, 2 * radius});
    const double columns = static_cast<double>(base::display_width(label_text(point)));
    const double width = kCharacterWidth * columns * (rank(point) < 2 ? 1.12 : 1.0);
    requests.push_back({point.x, point.y, width, kLabelHeight});
  }
  return place_labels(requests, obstacles, kPlot);
}

}  // namespace

std::string tradeoff_chart(const StudyFinding& finding) {
  std::vector<Point> points = points_of(finding);
  if (points.empty()) return "";
  const SpeedRange range = speed_range(points);
  const Axis speed(range.low, range.high, kPlot.x, kPlot.x + kPlot.width, range.logarithmic);
  const Axis accuracy = accuracy_axis(points);
  for (Point& point : points) {
    point.x = speed.pixel(point.cell->tokens_per_s);
    point.y = accuracy.pixel(point.cell->accuracy);
  }
  const finding::MeasureWords& words = finding::words_of(finding);
  const auto boxes = label_boxes(points);
  std::string marks;
  std::string labels;
  for (std::size_t index = 0; index < points.size(); ++index) {
    marks += mark(points[index], accuracy);
    if (boxes[index]) labels += label(points[index], *boxes[index]);
  }
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{} against "
      "{} of every cell; the same figures stand in the tables of the models\">{}{}{}"
      "</svg>",
      kWidth, kHeight, words.heading, finding.load.empty() ? "decoding speed" : "tokens per second",
      frame(speed, accuracy, words.tokens_per_s), marks, labels);
}

}  // namespace assay::report

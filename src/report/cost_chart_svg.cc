#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/axis.h"
#include "report/cost.h"
#include "report/cost_curve.h"
#include "report/cost_words.h"
#include "report/escape.h"

namespace assay::report {
namespace {

using catalog::CloudLine;
using catalog::CostComparison;

constexpr double kWidth = 960;
constexpr double kHeight = 560;
constexpr double kLeft = 84;
constexpr double kRight = 690;
constexpr double kTop = 64;
constexpr double kBottom = 480;
constexpr double kLabelLeft = kRight + 22;
constexpr double kLabelHeight = 30;
constexpr int kSamples = 400;
constexpr std::size_t kLabelColumns = 34;
constexpr std::size_t kColors = 8;

/// Colours as in html_style.cc, which a file of its own cannot refer to.
constexpr std::string_view kStyle =
    "text{font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif;"
    "fill:#1b2430}.title{font-size:16px;font-weight:600}.quiet{fill:#5b6776}"
    ".grid{stroke:#dfe4ea;fill:none}.asked{stroke:#5b6776;stroke-dasharray:4 4;fill:none}"
    ".local{stroke:#1b2430;stroke-width:3.5;fill:none}.name{font-weight:600}"
    ".cloud{stroke:currentColor;stroke-width:1.8;fill:none}.text{fill:currentColor}"
    ".leader{stroke:currentColor;stroke-width:.8;opacity:.6;fill:none}"
    ".mark{fill:#fff;stroke:currentColor;stroke-width:2.5}"
    ".c0{color:#0f766e}.c1{color:#7c3aed}.c2{color:#b45309}.c3{color:#be185d}.c4{color:#1d4ed8}"
    ".c5{color:#4d7c0f}.c6{color:#0369a1}.c7{color:#78350f}";

struct Plot {
  CostRange range;
  Axis tasks;
  Axis cost;

  explicit Plot(const CostRange& shown)
      : range(shown),
        tasks(shown.tasks_low, shown.tasks_high, kLeft, kRight, true),
        cost(shown.cost_low, shown.cost_high, kBottom, kTop, true) {}

  /// Kept inside the frame, where a line leaves it.
  double y(double value) const {
    return value > range.cost_low ? std::max(cost.pixel(value), kTop) : kBottom;
  }
};

/// Powers of ten, or all round values where those are few.
std::vector<double> decades(const Axis& axis) {
  std::vector<double> values;
  for (const double tick : axis.ticks(8)) {
    const double power = std::log10(tick);
    if (std::abs(power - std::round(power)) < 1e-9) values.push_back(tick);
  }
  return values.size() >= 3 ? values : axis.ticks(8);
}

std::string frame(const CostComparison& comparison, const Plot& plot) {
  std::string svg;
  for (const double tick : decades(plot.cost)) {
    const double y = plot.cost.pixel(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{} {:.1f}H{}\"/>", kLeft, y, kRight);
    svg += fmt::format("<text class=\"quiet\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                       kLeft - 8, y + 4, tick_amount(tick));
  }
  for (const double tick : decades(plot.tasks)) {
    const double x = plot.tasks.pixel(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {}V{}\"/>", x, kTop, kBottom);
    svg +=
        fmt::format("<text class=\"quiet\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    x, kBottom + 18, volume(tick));
  }
  const double asked = plot.tasks.pixel(comparison.inputs.tasks_per_month);
  svg += fmt::format("<path class=\"asked\" d=\"M{:.1f} {}V{}\"/>", asked, kTop, kBottom);
  svg += fmt::format(
      "<text class=\"quiet\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">asked: {}</text>", asked,
      kTop - 8, volume(comparison.inputs.tasks_per_month));
  return svg + fmt::format(
                   "<text class=\"quiet\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">tasks a "
                   "month</text>",
                   (kLeft + kRight) / 2, kBottom + 42);
}

/// The volumes at which the lines are drawn, with both sides of each machine that is bought.
std::vector<double> sampled_tasks(const CostComparison& comparison, const Plot& plot) {
  std::vector<double> tasks;
  const double growth = plot.range.tasks_high / plot.range.tasks_low;
  for (int index = 0; index <= kSamples; ++index) {
    tasks.push_back(plot.range.tasks_low * std::pow(growth, static_cast<double>(index) / kSamples));
  }
  const double capacity = comparison.rates.capacity;
  for (int machine = 1; machine <= 20; ++machine) {
    const double full = capacity * machine;
    if (full <= plot.range.tasks_low || full >= plot.range.tasks_high) continue;
    tasks.push_back(full);
    tasks.push_back(full * (1 + 1e-9));
  }
  std::sort(tasks.begin(), tasks.end());
  return tasks;
}

std::string local_line(const CostComparison& comparison, const Plot& plot) {
  std::string path;
  for (const double tasks : sampled_tasks(comparison, plot)) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", plot.tasks.pixel(tasks),
                        plot.y(local_cost(comparison, tasks)));
  }
  return fmt::format("<path class=\"local\" d=\"{}\"/>", path);
}

/// A straight line on two logarithmic axes, cut where it leaves the frame below.
std::string cloud_line(const CloudLine& cloud, const Plot& plot, std::size_t color) {
  if (!(cloud.per_task > 0)) return "";
  const double from = std::max(plot.range.tasks_low, plot.range.cost_low / cloud.per_task);
  if (from >= plot.range.tasks_high) return "";
  return fmt::format("<path class=\"cloud c{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>", color,
                     plot.tasks.pixel(from), plot.y(cloud.per_task * from), kRight,
                     plot.y(cloud.per_task * plot.range.tasks_high));
}

std::string break_even_mark(const CloudLine& cloud, const Plot& plot, std::size_t color) {
  if (!is_shown(cloud.break_even, plot.range)) return "";
  const double tasks = cloud.break_even.tasks;
  return fmt::format(
      "<circle class=\"mark c{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\"><title>{}: break-even at {} "
      "tasks a month</title></circle>",
      color, plot.tasks.pixel(tasks), plot.y(cloud.per_task * tasks),
      html_text(single_line(cloud.price.name())), volume(tasks));
}

struct Label {
  double line_y = 0;
  double y = 0;
  std::string name;
  std::string detail;
  std::string color;  ///< A class; empty for local.
};

/// Pushes labels apart that would cover each other: downwards first, then all up where they leave
/// the frame.
void spread(std::vector<Label>& labels) {
  std::stable_sort(labels.begin(), labels.end(), [](const Label& upper, const Label& lower) {
    return upper.line_y < lower.line_y;
  });
  double next = kTop;
  for (Label& label : labels) {
    label.y = std::max(label.line_y, next);
    next = label.y + kLabelHeight;
  }
  double most = kBottom + kLabelHeight / 2;
  for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
    label->y = std::min(label->y, most);
    most = label->y - kLabelHeight;
  }
}

std::vector<Label> labels_of(const CostComparison& comparison, const Plot& plot) {
  const double high = plot.range.tasks_high;
  std::vector<Label> labels{{plot.y(local_cost(comparison, high)), 0, "local",
                             fmt::format("{} a month as asked", amount(comparison.local.total())),
                             ""}};
  for (std::size_t index = 0; index < comparison.clouds.size(); ++index) {
    const CloudLine& cloud = comparison.clouds[index];
    labels.push_back({plot.y(cloud.per_task * high), 0,
                      base::ellipsize(single_line(cloud.price.name()), kLabelColumns),
                      "break-even: " + break_even_word(cloud.break_even),
                      fmt::format("c{}", index % kColors)});
  }
  spread(labels);
  return labels;
}

std::string label_text(const Label& label) {
  const std::string text = label.color.empty() ? "" : "text ";
  return fmt::format(
      "<g class=\"{}\"><path class=\"leader\" d=\"M{} {:.1f}L{} {:.1f}\"/><text class=\"{}name\" "
      "x=\"{}\" y=\"{:.1f}\">{}</text><text class=\"quiet\" x=\"{}\" y=\"{:.1f}\">{}</text></g>",
      label.color, kRight, label.line_y, kLabelLeft - 4, label.y, text, kLabelLeft, label.y,
      html_text(label.name), kLabelLeft, label.y + 14, html_text(label.detail));
}

}  // namespace

std::string cost_chart_svg(const CostComparison& comparison) {
  const Plot plot(cost_range(comparison));
  std::string lines;
  std::string marks;
  for (std::size_t index = 0; index < comparison.clouds.size(); ++index) {
    lines += cloud_line(comparison.clouds[index], plot, index % kColors);
    marks += break_even_mark(comparison.clouds[index], plot, index % kColors);
  }
  std::string labels;
  for (const Label& label : labels_of(comparison, plot)) labels += label_text(label);
  const std::string currency = html_text(single_line(comparison.currency));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" role=\"img\" aria-label=\"Monthly cost over monthly volume, local against "
      "cloud\"><style>{2}</style><rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>"
      "<text class=\"title\" x=\"{3}\" y=\"28\">{4} a month, local against cloud</text>"
      "{5}{6}{7}{8}{9}</svg>\n",
      kWidth, kHeight, kStyle, kLeft, currency, frame(comparison, plot), lines,
      local_line(comparison, plot), marks, labels);
}

}  // namespace assay::report

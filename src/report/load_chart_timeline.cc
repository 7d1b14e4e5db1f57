#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/escape.h"
#include "report/load_chart.h"
#include "report/load_timeline.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::TargetReport;

constexpr double kWidth = 984;
constexpr double kLeft = 70;
constexpr double kRight = 974;
constexpr double kTop = 30;
constexpr double kHead = 24;  ///< Above each plot, for its title and the names of its lines.
constexpr double kGap = 12;
constexpr double kFoot = 44;
constexpr double kStageCharacter = 7;
constexpr double kTitleCharacter = 7.4;
constexpr std::size_t kHoversMost = 450;

struct TimeUnit {
  double seconds = 1;
  std::string_view name = "seconds";
};

TimeUnit time_unit(double span_s) {
  if (span_s <= 600) return {1, "seconds"};
  if (span_s <= 3 * 3600) return {60, "minutes"};
  return {3600, "hours"};
}

/// From 0 to the end of whatever was seen last.
double span_of(const TargetReport& target) {
  double span = 1;
  for (const load::StageFigures& stage : target.stages) {
    span = std::max(span, base::to_seconds(stage.stage.to));
  }
  for (const load::TimelinePoint& point : target.timeline) {
    span = std::max(span, point.seconds + point.width_s);
  }
  for (const load::ServerSeries& series : target.server) {
    if (!series.points.empty()) span = std::max(span, series.points.back().seconds);
  }
  return span;
}

std::string stage_title(const load::StageRun& stage) {
  return fmt::format("stage {}{}, {}, {} to {}", stage.name, stage.is_warm_up ? " (warm-up)" : "",
                     asked_text(stage), base::human_duration(base::to_seconds(stage.from)),
                     base::human_duration(base::to_seconds(stage.to)));
}

/// Every second stage shaded, warm-up hatched, each with its name above.
std::string stages_svg(const TargetReport& target, const Axis& time, double bottom,
                       std::size_t number) {
  std::string svg;
  for (std::size_t index = 0; index < target.stages.size(); ++index) {
    const load::StageRun& stage = target.stages[index].stage;
    const double from = time.pixel(base::to_seconds(stage.from));
    const double to = time.pixel(base::to_seconds(stage.to));
    const std::string title = html_text(single_line(stage_title(stage)));
    const std::string box = fmt::format("x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{:.1f}\"",
                                        from, kTop, to - from, bottom - kTop);
    if (index % 2 == 1) svg += fmt::format("<rect class=\"stage\" {}/>", box);
    if (stage.is_warm_up) svg += fmt::format("<rect fill=\"url(#hatch{})\" {}/>", number, box);
    svg += fmt::format("<path class=\"edge\" d=\"M{:.1f} {}V{:.1f}\"/>", from, kTop - 18, bottom);
    const std::string name = stage.name + (stage.is_warm_up ? " (warm-up)" : "");
    const auto room = static_cast<std::size_t>(std::max(0.0, (to - from - 6) / kStageCharacter));
    if (room < 1) continue;
    svg += fmt::format(
        "<g>{}<title>{}</title></g>",
        text_svg("tick", from + 4, kTop - 8, "start", base::ellipsize(single_line(name), room)),
        title);
  }
  return svg;
}

std::string panel_svg(const TimelinePanel& panel, const Axis& time, double top) {
  const Box plot{kLeft, top + kHead, kRight - kLeft, panel.height};
  const Axis values = axis_for(panel.lines, plot.y + plot.height, plot.y, panel.may_be_logarithmic);
  std::string svg;
  for (const double tick : spaced_ticks(values, 5, 17)) {
    const double y = values.pixel(tick);
    svg += across(plot, y) + text_svg("tick", kLeft - 8, y + 4, "end", panel_tick(panel, tick));
  }
  for (const Line& line : panel.lines) svg += line_svg(line, time, values, plot);
  svg += text_svg("panel", kLeft, top + kHead - 8, "start", panel.title);
  if (panel.lines.size() < 2) return svg;  // The title says it all.
  const double beside =
      kLeft + 20 + kTitleCharacter * static_cast<double>(base::display_width(panel.title));
  return svg + legend_svg(panel.lines, beside, top + kHead - 8);
}

std::string time_axis_svg(const Axis& time, const TimeUnit& unit, double top, double bottom) {
  const Axis scaled(0, time.high() / unit.seconds, kLeft, kRight);
  std::string svg;
  for (const double tick : scaled.ticks(10)) {
    const double x = scaled.pixel(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {}V{:.1f}\"/>", x, top, bottom);
    svg += text_svg("tick", x, bottom + 18, "middle", fmt::format("{:g}", tick));
  }
  return svg + text_svg("tick", (kLeft + kRight) / 2, bottom + 36, "middle",
                        fmt::format("{} since the start", unit.name));
}

/// Over everything: where the pointer is, a title says all that was measured then.
std::string hovers_svg(const TargetReport& target, const Axis& time, double bottom) {
  std::string svg;
  const std::size_t step = target.timeline.size() / kHoversMost + 1;
  for (std::size_t index = 0; index < target.timeline.size(); index += step) {
    const load::TimelinePoint& point = target.timeline[index];
    const double from = time.pixel(point.seconds);
    const double width =
        time.pixel(point.seconds + point.width_s * static_cast<double>(step)) - from;
    svg += fmt::format(
        "<rect class=\"hover\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}"
        "</title></rect>",
        from, kTop, std::max(0.0, std::min(width, kRight - from)), bottom - kTop,
        html_text(timeline_words(target, point)));
  }
  return svg;
}

}  // namespace

std::string timeline_chart(const TargetReport& target, std::size_t number) {
  const std::vector<TimelinePanel> panels = timeline_panels(target);
  if (panels.empty()) return "";
  double bottom = kTop;
  for (const TimelinePanel& panel : panels) bottom += kHead + panel.height + kGap;
  const double span = span_of(target);
  const Axis axis(0, span, kLeft, kRight);
  std::string drawn;
  double top = kTop;
  for (const TimelinePanel& panel : panels) {
    drawn += panel_svg(panel, axis, top);
    top += kHead + panel.height + kGap;
  }
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {:.0f}\" role=\"img\" aria-label=\"Latency, rates and "
      "the server's series over the run\"><defs><pattern id=\"hatch{}\" width=\"7\" height=\"7\" "
      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch\" "
      "d=\"M0 0V7\"/></pattern></defs>{}{}{}{}</svg>",
      kWidth, bottom + kFoot, number, stages_svg(target, axis, bottom, number),
      time_axis_svg(axis, time_unit(span), kTop, bottom), drawn, hovers_svg(target, axis, bottom));
}

}  // namespace assay::report

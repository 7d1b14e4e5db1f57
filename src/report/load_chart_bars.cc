#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/escape.h"
#include "report/load_chart.h"
#include "report/load_plot.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::BreakpointResult;
using load::BreakpointStep;
using load::StepOutcome;

constexpr double kWidth = 984;
constexpr double kBarLeft = 190;
constexpr double kBarRight = 800;
constexpr double kBarHeight = 18;
constexpr double kRowHeight = 30;
constexpr Box kPlot{70, 34, 880, 300};

struct ClassCount {
  load::Failure failure;
  std::size_t count = 0;
};

std::vector<ClassCount> classes_of(const load::Summary& summary) {
  std::vector<ClassCount> classes;
  for (std::size_t index = 1; index < load::kFailures; ++index) {
    if (summary.failed[index] == 0) continue;
    classes.push_back({static_cast<load::Failure>(index), summary.failed[index]});
  }
  std::stable_sort(
      classes.begin(), classes.end(),
      [](const ClassCount& left, const ClassCount& right) { return left.count > right.count; });
  return classes;
}

/// The look of an outcome; its shape says the same.
std::string_view look_of(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::Holds:
      return "better";
    case StepOutcome::Breaks:
      return "worse";
    case StepOutcome::Open:
      break;
  }
  return "undecided";
}

std::string shape(StepOutcome outcome, double x, double y) {
  switch (outcome) {
    case StepOutcome::Holds:
      return fmt::format("<circle class=\"point\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6.5\"/>", x, y);
    case StepOutcome::Breaks:
      return fmt::format("<path class=\"cross\" d=\"M{:.1f} {:.1f}l10 10m0 -10l-10 10\"/>", x - 5,
                         y - 5);
    case StepOutcome::Open:
      break;
  }
  return fmt::format("<path class=\"hollow\" d=\"M{:.1f} {:.1f}l7 7l-7 7l-7 -7z\"/>", x, y - 7);
}

double share_of(const BreakpointStep& step) {
  return static_cast<double>(step.met) / static_cast<double>(step.requests);
}

std::string step_svg(const BreakpointStep& step, const Axis& rate, const Axis& share) {
  const double x = rate.pixel(step.rate);
  return fmt::format(
      "<g class=\"{}\"><path class=\"whisker\" d=\"M{:.1f} {:.1f}V{:.1f}m-5 0h10M{:.1f} "
      "{:.1f}h10\"/>"
      "{}<title>{} requests/s: {} of {} met every objective ({}, interval {}): {}</title></g>",
      look_of(step.outcome), x, share.pixel(step.share.low), share.pixel(step.share.high), x - 5,
      share.pixel(step.share.low), shape(step.outcome, x, share.pixel(share_of(step))),
      rate_text(step.rate), step.met, step.requests, share_text(share_of(step)),
      share_range(step.share), load::name_of(step.outcome));
}

std::string legend() {
  std::string svg;
  double x = kPlot.x + 8;
  for (const StepOutcome outcome : {StepOutcome::Holds, StepOutcome::Breaks, StepOutcome::Open}) {
    svg += fmt::format("<g class=\"{}\">{}{}</g>", look_of(outcome), shape(outcome, x, 16),
                       text_svg("name", x + 14, 20, "start", load::name_of(outcome)));
    x += 90;
  }
  return svg +
         fmt::format("<rect class=\"range\" x=\"{}\" y=\"9\" width=\"22\" height=\"14\"/>", x - 8) +
         text_svg("name", x + 22, 20, "start", "where the highest rate lies");
}

std::string frame(const BreakpointResult& found, const Axis& rate, const Axis& share) {
  const double from =
      std::clamp(rate.pixel(std::max(found.low, rate.low())), kPlot.x, kPlot.x + kPlot.width);
  const double to = found.high ? rate.pixel(*found.high) : kPlot.x + kPlot.width;
  std::string svg =
      fmt::format("<rect class=\"range\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\"/>",
                  from, kPlot.y, std::max(1.0, to - from), kPlot.height);
  for (const double tick : share.ticks(6)) {
    const double y = share.pixel(tick);
    svg += across(kPlot, y) +
           text_svg("tick", kPlot.x - 8, y + 4, "end", fmt::format("{:g}%", tick * 100));
  }
  for (const double tick : spaced_ticks(rate, 8, 30)) {
    const double x = rate.pixel(tick);
    svg += upward(kPlot, x) +
           text_svg("tick", x, kPlot.y + kPlot.height + 18, "middle", fmt::format("{:g}", tick));
  }
  return svg + text_svg("tick", kPlot.x + kPlot.width / 2, kPlot.y + kPlot.height + 40, "middle",
                        "requests per second; upright: the share of them that met every objective");
}

}  // namespace

std::string failures_chart(const load::Summary& summary) {
  const std::vector<ClassCount> classes = classes_of(summary);
  if (classes.empty()) return "";
  const Axis count(0, static_cast<double>(classes.front().count), kBarLeft, kBarRight);
  const auto requests = static_cast<double>(requests_of(summary));
  std::string svg;
  double y = 6;
  for (const ClassCount& row : classes) {
    const double width = count.pixel(static_cast<double>(row.count)) - kBarLeft;
    const std::string figure = fmt::format("{} ({} of all requests)", count_text(row.count),
                                           share_text(static_cast<double>(row.count) / requests));
    svg += text_svg("", kBarLeft - 10, y + 14, "end", failure_words(row.failure));
    svg += fmt::format(
        "<rect class=\"bar worse\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\">"
        "<title>{}: {}</title></rect>",
        kBarLeft, y, std::max(width, 2.0), kBarHeight, failure_words(row.failure), figure);
    svg += text_svg("figure", kBarLeft + std::max(width, 2.0) + 8, y + 14, "start", figure);
    y += kRowHeight;
  }
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Failed requests by "
      "class\">{}</svg>",
      kWidth, y, svg);
}

std::string breakpoint_chart(const BreakpointResult& found) {
  std::vector<BreakpointStep> steps;
  for (const BreakpointStep& step : found.steps) {
    if (step.requests > 0 && step.rate > 0) steps.push_back(step);
  }
  if (steps.empty()) return "";
  double low = steps.front().rate;
  double high = low;
  double share_low = 1;
  for (const BreakpointStep& step : steps) {
    low = std::min(low, step.rate);
    high = std::max(high, step.rate);
    share_low = std::min(share_low, step.share.low);
  }
  const Axis rate(low / 1.15, high * 1.15, kPlot.x, kPlot.x + kPlot.width,
                  spans_decades(low, high));
  const Axis share(std::floor(share_low * 10) / 10, 1, kPlot.y + kPlot.height, kPlot.y + 6);
  std::string svg = frame(found, rate, share);
  for (const BreakpointStep& step : steps) svg += step_svg(step, rate, share);
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Share of requests "
      "within "
      "the objectives against rate; the same figures stand in the table of steps\">{}{}</svg>",
      kWidth, kPlot.y + kPlot.height + 52, svg, legend());
}

}  // namespace assay::report

#include "report/load_timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/text.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::TargetReport;
using load::TimelinePoint;

constexpr double kTall = 190;
constexpr double kMiddle = 120;
constexpr double kLow = 80;
constexpr std::size_t kPointsMost = 450;
constexpr std::size_t kLinesMost = 6;
constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr double kMebibyte = 1024.0 * 1024.0;

using Value = std::function<double(const TimelinePoint&)>;

double or_none(const std::optional<double>& value) {
  return value ? *value : std::numeric_limits<double>::quiet_NaN();
}

/// Each value in the middle of its interval.
Line line_of(const TargetReport& target, std::string name, std::size_t look, const Value& value) {
  Line line{std::move(name), {}, look};
  for (const TimelinePoint& point : target.timeline) {
    line.points.push_back({point.seconds + point.width_s / 2, value(point)});
  }
  line.points = thinned(line.points, kPointsMost);
  return line;
}

bool is_any(const Line& line, bool (*holds)(double)) {
  return std::any_of(line.points.begin(), line.points.end(),
                     [holds](const Line::Point& point) { return holds(point.y); });
}

bool is_known(double value) { return !std::isnan(value); }
bool is_positive(double value) { return value > 0; }

std::vector<TimelinePanel> run_panels(const TargetReport& target) {
  using P = TimelinePoint;
  std::vector<TimelinePanel> panels;
  panels.push_back(
      {"Time to first token and to the end",
       {line_of(target, "TTFT p50", 0, [](const P& p) { return or_none(p.ttft_ms_p50); }),
        line_of(target, "TTFT p95", 1, [](const P& p) { return or_none(p.ttft_ms_p95); }),
        line_of(target, "E2E p50", 4, [](const P& p) { return or_none(p.e2e_ms_p50); }),
        line_of(target, "E2E p95", 3, [](const P& p) { return or_none(p.e2e_ms_p95); })},
       kTall,
       true,
       "ms"});
  panels.push_back(
      {"Time between tokens (ITL p50)",
       {line_of(target, "ITL p50", 0, [](const P& p) { return or_none(p.itl_ms_p50); })},
       kLow,
       true,
       "ms"});
  panels.push_back({"Requests/s",
                    {line_of(target, "due", 2, [](const P& p) { return p.rate_due; }),
                     line_of(target, "completed", 0, [](const P& p) { return p.rate_completed; }),
                     line_of(target, "failed", 3, [](const P& p) { return p.rate_failed; })},
                    kMiddle,
                    false,
                    ""});
  std::vector<Line>& rates = panels.back().lines;
  if (!is_any(rates.back(), is_positive)) rates.pop_back();
  if (!is_any(rates.front(), is_positive)) rates.erase(rates.begin());  // A closed loop.
  panels.push_back({"Requests in flight",
                    {line_of(target, "in flight", 0, [](const P& p) { return p.in_flight; })},
                    kLow,
                    false,
                    ""});
  panels.push_back({"Output tokens/s",
                    {line_of(target, "tokens/s", 0, [](const P& p) { return p.output_tps; })},
                    kLow,
                    false,
                    ""});
  for (TimelinePanel& panel : panels) {
    std::erase_if(panel.lines, [](const Line& line) { return !is_any(line, is_known); });
  }
  std::erase_if(panels, [](const TimelinePanel& panel) { return panel.lines.empty(); });
  return panels;
}

struct Scale {
  double divisor = 1;
  std::string unit;
};

/// Round ticks of bytes are those of GiB or MiB.
Scale scale_of(const load::ServerSeries& series) {
  if (series.unit == "share") return {0.01, "%"};
  if (series.unit != "bytes") return {1, series.unit};
  double most = 0;
  for (const load::ServerSeries::Point& point : series.points) most = std::max(most, point.value);
  return most >= kGibibyte ? Scale{kGibibyte, "GiB"} : Scale{kMebibyte, "MiB"};
}

Line series_line(const load::ServerSeries& series, double divisor, std::size_t look) {
  Line line{spaced(series.name), {}, look};
  for (const load::ServerSeries::Point& point : series.points) {
    line.points.push_back({point.seconds, point.value / divisor});
  }
  line.points = thinned(line.points, kPointsMost);
  return line;
}

/// "Server: resident memory (/proc)"; of several series, what they are counted in.
std::string server_title(const TimelinePanel& panel, const std::string& source) {
  std::string title =
      "Server: " + (panel.lines.size() == 1 ? panel.lines.front().name : panel.unit);
  if (panel.lines.size() == 1 && panel.unit.size() > 3) title += ", " + panel.unit;
  return source.empty() ? title : fmt::format("{} ({})", title, source);
}

void add_server(const TargetReport& target, std::vector<TimelinePanel>& panels) {
  const auto first = static_cast<std::ptrdiff_t>(panels.size());
  for (const load::ServerSeries& series : target.server) {
    if (series.points.empty()) continue;
    const Scale scale = scale_of(series);
    auto panel =
        std::find_if(panels.begin() + first, panels.end(), [&](const TimelinePanel& other) {
          return other.unit == scale.unit && !scale.unit.empty() && other.lines.size() < kLinesMost;
        });
    if (panel == panels.end()) {
      panel = panels.insert(panels.end(), TimelinePanel{"", {}, kLow, false, scale.unit});
    }
    panel->lines.push_back(series_line(series, scale.divisor, panel->lines.size()));
    panel->title = server_title(*panel, series.source);
  }
}

std::string time_line(std::string_view name, const std::optional<double>& p50,
                      const std::optional<double>& p95) {
  if (!p50 && !p95) return "";
  std::string text = fmt::format("\n{}", name);
  if (p50) text += " p50 " + ms_text(*p50);
  if (p95) text += " p95 " + ms_text(*p95);
  return text;
}

}  // namespace

std::vector<TimelinePanel> timeline_panels(const TargetReport& target) {
  std::vector<TimelinePanel> panels = run_panels(target);
  add_server(target, panels);
  return panels;
}

std::string panel_tick(const TimelinePanel& panel, double value) {
  if (value == 0) return "0";
  if (panel.unit == "ms") {
    return value < 1000 ? fmt::format("{:g} ms", value) : fmt::format("{:g} s", value / 1000);
  }
  if (panel.unit == "%") return fmt::format("{:g}%", value);
  const std::string number = value >= 1000 ? count_text(static_cast<std::uint64_t>(value + 0.5))
                                           : fmt::format("{:.4g}", value);
  const bool is_short = panel.unit.size() <= 3;
  return panel.unit.empty() || !is_short ? number : number + " " + panel.unit;
}

std::string timeline_words(const TargetReport& target, const TimelinePoint& point) {
  std::string text = fmt::format("{:g}–{:g} s", point.seconds, point.seconds + point.width_s);
  for (const load::StageFigures& stage : target.stages) {
    const double middle = point.seconds + point.width_s / 2;
    if (middle < base::to_seconds(stage.stage.from) || middle >= base::to_seconds(stage.stage.to)) {
      continue;
    }
    text +=
        fmt::format(", stage {}{}", stage.stage.name, stage.stage.is_warm_up ? " (warm-up)" : "");
  }
  if (point.rate_due > 0) text += fmt::format("\ndue {}/s", rate_text(point.rate_due));
  text +=
      fmt::format("\ncompleted {}/s, failed {}/s\nin flight {}", rate_text(point.rate_completed),
                  rate_text(point.rate_failed), rate_text(point.in_flight));
  text += time_line("TTFT", point.ttft_ms_p50, point.ttft_ms_p95);
  text += time_line("TTFT from schedule", std::nullopt, point.ttft_scheduled_ms_p95);
  text += time_line("E2E", point.e2e_ms_p50, point.e2e_ms_p95);
  text += time_line("ITL", point.itl_ms_p50, std::nullopt);
  return text + fmt::format("\n{} tokens/s", rate_text(point.output_tps));
}

}  // namespace assay::report

// What the timeline of a load test shows, panel by panel; load_chart_timeline.cc draws it. Pure.
#pragma once

#include <string>
#include <vector>

#include "load/analysis.h"
#include "report/load_plot.h"

namespace assay::report {

struct TimelinePanel {
  std::string title;
  std::vector<Line> lines;
  double height = 0;  ///< In pixels, of the plot alone.
  bool may_be_logarithmic = false;
  std::string unit;  ///< Of a tick: "ms", "%", "GiB"; may be empty.
};

/// Latencies, rates, requests in flight and tokens, then the server's series, those of one unit
/// together. Panels without any value are left out.
std::vector<TimelinePanel> timeline_panels(const load::TargetReport& target);

/// "500 ms", "2 s", "4 GiB", "40%", "12".
std::string panel_tick(const TimelinePanel& panel, double value);

/// All that was measured in one interval, a line each.
std::string timeline_words(const load::TargetReport& target, const load::TimelinePoint& point);

}  // namespace assay::report

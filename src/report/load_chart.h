// The charts of a load test as inline SVG, each empty where there is nothing to draw. Colours are
// CSS classes of load_style.h; every line also has its own dashes and its name beside it, every
// mark its own shape. Pure; thread-safe.
#pragma once

#include <string>

#include "load/analysis.h"

namespace assay::report {

/// Panels over one time axis: latencies, rates, requests in flight, the server's series; stages
/// shaded and named, warm-up hatched. `number` keeps the identifiers of several charts in one page
/// apart.
std::string timeline_chart(const load::TargetReport& target, std::size_t number);

/// What share of requests took at most so long.
std::string distribution_chart(const load::LoadReport& report, const load::TargetReport& target);

/// Median end-to-end time against throughput, a point for each stage that counts; from two stages.
std::string stages_chart(const load::TargetReport& target);

/// A bar for each class of failure that happened.
std::string failures_chart(const load::Summary& summary);

/// The share of requests that met every objective, with its interval, against the rate.
std::string breakpoint_chart(const load::BreakpointResult& found);

}  // namespace assay::report

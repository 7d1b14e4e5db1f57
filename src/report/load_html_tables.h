// The tables of load_html(). Each is empty where there is nothing to show.
#pragma once

#include <string>

#include "load/analysis.h"

namespace assay::report {

std::string html_thresholds(const load::TargetReport& target);
std::string html_times(const load::LoadReport& report, const load::TargetReport& target);
std::string html_stages(const load::TargetReport& target);
std::string html_checks(const load::TargetReport& target);
std::string html_steps(const load::BreakpointResult& found);

}  // namespace assay::report

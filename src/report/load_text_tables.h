// The tables of load_text(). Each adds nothing where there is nothing to show.
#pragma once

#include "load/analysis.h"
#include "report/text_page.h"

namespace assay::report {

/// Percentiles of every measure with their intervals, and what the names mean.
void add_times(const load::LoadReport& report, const load::TargetReport& target, TextPage& page);

void add_thresholds(const load::TargetReport& target, TextPage& page);

/// Only where there are several; with the knee.
void add_stages(const load::TargetReport& target, TextPage& page);

void add_breakpoint(const load::BreakpointResult& found, TextPage& page);

}  // namespace assay::report

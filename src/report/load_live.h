// A load test while it goes on, for people who watch. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "load/live_state.h"

namespace assay::report {

/// At most four lines, each shorter than `columns`: how far it is, what was sent and became of it,
/// the rates and times of the last seconds, and the rate of completion over the last minute.
std::vector<std::string> live_lines(const load::LiveState& state, int columns);

/// All of it that a log needs in one line.
std::string live_line(const load::LiveState& state);

/// One of ▁▂▃▄▅▆▇█ for each value, from 0 to the largest; a space for what is not a number.
std::string sparkline(const std::vector<double>& values);

}  // namespace assay::report

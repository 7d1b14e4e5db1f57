// Figures and verdicts in plain words, the same in every report. Unknown numbers are shown as "–".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "finding/finding.h"

namespace assay::finding {

/// "84%"; between 0 and 1 exclusive never "0%" or "100%" but "0.4%", "99.6%".
std::string percent(double share);

/// "76 to 90%".
std::string percent_range(const stats::Interval& interval);

/// A difference in points with its sign: "−23", "+3", "0"; "−0.4" where it would round to nothing.
std::string points(double difference);

/// "[−33, −14]".
std::string points_range(const stats::Interval& interval);

/// "1 point", "23 points": a size without a sign.
std::string point_count(double difference);

/// "140 ms", "1.4 s".
std::string milliseconds(double ms);

/// A rate or a mean: "212", "9.4".
std::string decimal(double value);

/// "2.1 times"; "41 times" from ten up.
std::string times(double ratio);

/// "1 trial", "12 trials".
std::string counted(std::int64_t count, std::string_view noun);

/// "baseline", "temperature 1.5", "prompt rich + thinking true".
std::string cell_label(const CellFinding& cell);

/// "with its baseline settings", "with temperature 1.5 and otherwise its baseline settings".
std::string settings_phrase(const CellFinding& cell);

/// "better", "undecided"; empty without a judgement.
std::string verdict_word(const CellFinding& cell);

/// One sentence a newcomer can act on: "temperature 1.5: worse by 23 points [−33, −14]: don't."
/// Without a judgement only the difference is given.
std::string verdict_sentence(const CellFinding& cell, double margin);

}  // namespace assay::finding

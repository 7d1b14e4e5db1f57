// What a study measured, in words: tasks are answered right, requests of a load meet objectives.
// Used wherever a figure is put into a sentence, here and in `report`. Pure; thread-safe.
#pragma once

#include <string_view>

#include "finding/finding.h"

namespace assay::finding {

struct MeasureWords {
  std::string_view share;          ///< "accuracy".
  std::string_view heading;        ///< Of its column: "Accuracy".
  std::string_view short_heading;  ///< The same in at most ten columns.
  std::string_view right;          ///< After a percentage: "right".
  std::string_view best;           ///< "most accurate".
  std::string_view canary;         ///< "canary".
  std::string_view canaries;
  std::string_view trial;  ///< "trial".
  std::string_view timed;  ///< What takes the median time: "trial", "request".
  std::string_view timed_heading;
  std::string_view tokens_per_s;  ///< What tokens_per_s is: "tokens per second while decoding".
};

const MeasureWords& words_of(const CellFinding& cell);
const MeasureWords& words_of(const StudyFinding& finding);

}  // namespace assay::finding

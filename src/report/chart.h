// The charts of the HTML report as inline SVG. Colours are CSS classes of html_style.h; every mark
// also has a shape or a word, so that nothing hangs on colour alone.
#pragma once

#include <string>

#include "finding/finding.h"

namespace assay::report {

/// What each level of a model did to its accuracy: difference from the baseline with its 95 %
/// interval, the zero line and the margin's band. All models of a study share one scale. Empty when
/// no cell can be compared.
std::string effects_chart(const finding::StudyFinding& finding, const finding::ModelFinding& model);

/// Accuracy with its interval against decoding speed over all cells. Empty when no cell has both.
std::string tradeoff_chart(const finding::StudyFinding& finding);

}  // namespace assay::report

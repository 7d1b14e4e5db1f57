// The one thing that most limits a decision.
#pragma once

#include <string>

#include "finding/choice.h"
#include "finding/finding.h"

namespace assay::finding {

/// Every caveat that holds is sized in points of accuracy: how far it could move what was decided.
/// What could be lost counts whole, a gain that might be missed half. The largest is returned, as
/// one or two sentences.
std::string largest_caveat(const StudyFinding& finding, const Choice& choice);

}  // namespace assay::finding

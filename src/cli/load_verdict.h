// What a load test's outcome is worth as an exit code.
#pragma once

#include "base/result.h"
#include "load/analysis.h"
#include "load/comparison.h"

namespace assay::cli {

/// Success when every target is valid and every threshold met. Otherwise the gravest: ServerFailed,
/// ClientLimited, GateFailed for a missed threshold, Inconclusive.
base::Status status_of(const load::LoadReport& report);

/// GateFailed when a figure is worse, Inconclusive when that cannot be said.
base::Status status_of(const load::LoadComparison& comparison);

}  // namespace assay::cli

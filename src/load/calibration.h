// What the client adds to a latency on this machine, now: a short run of the same shape against the
// scripted twin on loopback, which knows to the microsecond when it sent what. Called before a run.
#pragma once

#include "base/context.h"
#include "base/result.h"
#include "load/run_record.h"
#include "load/send_plan.h"

namespace assay::load {

/// The most that a calibration asks of the twin, which shares the machine with the client: requests
/// per second, and users.
inline constexpr double kCalibrationRateMost = 1'000;
inline constexpr std::int64_t kCalibrationUsersMost = 256;

/// Requests per second at the plan's busiest; 0 in a closed loop. Of a trace, in any one second.
double peak_rate(const SendPlan& plan);

/// About 1.5 s at `rate` (see peak_rate()), or the plan's users, or at the limits above. Errors:
/// System (no port, no descriptors), Interrupted. Failures are counted, not errors.
base::Result<Calibration> calibrate(const base::Context& context, const SendPlan& plan,
                                    double rate);

}  // namespace assay::load

// Runs a short program to its end and hands back what it printed.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "host/process.h"

namespace assay::host {

struct Captured {
  ProcessEnd end;
  std::string output;  ///< stdout and stderr together, as printed; at most 1 MiB of it.
};

/// `request.output` is not used. A System error when it has not ended after `timeout`; it is killed
/// then.
base::Result<Captured> run_and_capture(ProcessRequest request, base::Nanoseconds timeout);

}  // namespace assay::host

// How many processors this process may run on.
#pragma once

namespace assay::host {

/// Only those of the process's affinity mask, which cgroup cpusets narrow too.
struct CoreCount {
  int physical = 1;
  int logical = 1;
};

CoreCount count_cores();

}  // namespace assay::host

// Which process a number means. The kernel gives numbers of ended processes out again; together
// with the time of its start a number names one process for as long as the machine runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace assay::host {

struct ProcessIdentity {
  pid_t pid = -1;
  std::uint64_t start_ticks = 0;  ///< Since boot, in clock ticks; field 22 of /proc/PID/stat.

  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// None when no such process runs; one that has ended and was not reaped counts as none.
std::optional<ProcessIdentity> identify_process(pid_t pid);

/// Whether that very process still runs.
bool is_running(const ProcessIdentity& identity);

}  // namespace assay::host

// How much memory there is, is free, and a process holds.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"

namespace assay::host {

/// A control group this process is in, or one above it, that may not hold all of the memory.
struct MemoryLimit {
  std::filesystem::path group;
  std::uint64_t bytes = 0;
  std::uint64_t left_bytes = 0;  ///< What it can still take.
};

/// In bytes. `available` is what a new program can take without swapping: the smaller of the
/// kernel's MemAvailable and what the cgroup this process lives in has left.
struct MemoryFacts {
  std::uint64_t total = 0;
  std::uint64_t available = 0;
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
  std::uint64_t cgroup_limit = 0;   ///< The smallest of `limits`; 0: none.
  std::vector<MemoryLimit> limits;  ///< Nearest group first; empty: none applies.

  /// The smaller of `total` and `cgroup_limit`.
  std::uint64_t ceiling() const;
};

base::Result<MemoryFacts> read_memory();

/// Resident set plus swapped pages of one process in bytes; none when it is gone. File-backed pages
/// that are resident count too (`anonymous_bytes` does not have them).
struct ProcessMemory {
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_bytes_peak = 0;  ///< The kernel's VmHWM: exact, not sampled.
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t swap_bytes = 0;
};
std::optional<ProcessMemory> read_process_memory(pid_t pid);

/// How many processes the kernel has killed since boot because memory ran out, on the whole machine
/// or in some cgroup; 0 where it does not say. Two readings tell whether it did so in between.
std::uint64_t count_kernel_memory_kills();

}  // namespace assay::host

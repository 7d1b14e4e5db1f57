// What a process, or a server of several processes, takes of the machine. Reads the kernel's
// process files only, so that it costs the process nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace assay::host {

struct ProcessUsage {
  pid_t parent = 0;
  base::Nanoseconds cpu{0};  ///< Of all its threads since its start, in steps of a clock tick.
  std::uint64_t resident_bytes = 0;
};

/// None when there is no such process, or it has ended and was not reaped.
std::optional<ProcessUsage> read_process_usage(pid_t pid,
                                               const std::filesystem::path& proc = "/proc");

/// `root` with its children, their children and so on, as far as they run, by number. Reads a file
/// of every process there is.
std::vector<pid_t> find_process_tree(pid_t root, const std::filesystem::path& proc = "/proc");

/// A server's processes over time. A process that ends takes its CPU time along; what it had taken
/// until it was last seen stays counted here.
class ProcessTreeUsage {
 public:
  explicit ProcessTreeUsage(pid_t root, std::filesystem::path proc = "/proc")
      : root_(root), proc_(std::move(proc)) {}

  struct Reading {
    base::Nanoseconds cpu{0};          ///< Of all of them since the first reading.
    std::uint64_t resident_bytes = 0;  ///< Of those that run; pages they share count for each.
  };
  /// None once the root has ended.
  std::optional<Reading> read();

 private:
  pid_t root_;
  std::filesystem::path proc_;
  bool is_first_ = true;
  base::Nanoseconds cpu_{0};
  std::map<pid_t, base::Nanoseconds> seen_;  ///< CPU time at the last reading.
};

}  // namespace assay::host

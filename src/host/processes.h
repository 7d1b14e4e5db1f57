// Which programs hold the memory, and who they are. Reads the kernel's process files only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay::host {

struct RunningProgram {
  pid_t pid = 0;
  std::string name;                  ///< The kernel's short name, at most 15 bytes.
  std::vector<std::string> command;  ///< Program and arguments; empty for kernel threads.
};

/// Text that other programs choose comes with its control characters and anything that is not
/// ASCII replaced by '?'. Commands are cut after 4 KiB. None when it is gone.
std::optional<RunningProgram> read_program(pid_t pid, const std::filesystem::path& proc = "/proc");

/// Numbers of all processes, as far as `proc` shows them.
std::vector<pid_t> list_processes(const std::filesystem::path& proc = "/proc");

struct MemoryHolder {
  RunningProgram program;
  std::uint64_t bytes = 0;
  /// Shared pages are counted in parts among those who share them; otherwise, where the kernel does
  /// not let us read that, whole for each of them.
  bool proportional = false;
};

/// The `count_max` processes that hold most, largest first, this one left out.
std::vector<MemoryHolder> find_memory_holders(std::size_t count_max,
                                              const std::filesystem::path& proc = "/proc");

}  // namespace assay::host

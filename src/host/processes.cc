#include "host/processes.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kKibibyte = 1024;
constexpr std::size_t kCommandBytesMax = 4096;

std::string printable(std::string_view text) {
  std::string shown(text);
  for (char& letter : shown) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return shown;
}

fs::path folder_of(pid_t pid, const fs::path& proc) { return proc / fmt::format("{}", pid); }

std::vector<std::string> read_command(const fs::path& folder) {
  std::string text = read_kernel_file(folder / "cmdline").value_or("");
  text.resize(std::min(text.size(), kCommandBytesMax));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::vector<std::string> command;
  if (text.empty()) return command;
  for (const std::string& word : base::split(text, '\0')) command.push_back(printable(word));
  return command;
}

std::uint64_t read_resident_bytes(const fs::path& folder) {
  const auto status = read_kernel_file(folder / "status");
  return number_after(status.value_or(""), "VmRSS").value_or(0) * kKibibyte;
}

/// Walks the process's page tables, which takes milliseconds for each GiB it maps.
std::optional<std::uint64_t> read_proportional_bytes(const fs::path& folder) {
  const auto rollup = read_kernel_file(folder / "smaps_rollup");
  const auto kibibytes = number_after(rollup.value_or(""), "Pss");
  if (!kibibytes) return std::nullopt;
  return *kibibytes * kKibibyte;
}

}  // namespace

std::optional<RunningProgram> read_program(pid_t pid, const fs::path& proc) {
  const auto name = read_kernel_file(folder_of(pid, proc) / "comm");
  if (!name) return std::nullopt;
  return RunningProgram{pid, printable(base::trim(*name)), read_command(folder_of(pid, proc))};
}

std::vector<pid_t> list_processes(const fs::path& proc) {
  std::vector<pid_t> pids;
  std::error_code failure;
  for (fs::directory_iterator entry(proc, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const auto number = parse_number(entry->path().filename().string());
    if (number) pids.push_back(static_cast<pid_t>(*number));
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::vector<MemoryHolder> find_memory_holders(std::size_t count_max, const fs::path& proc) {
  std::vector<std::pair<std::uint64_t, pid_t>> by_resident;
  for (const pid_t pid : list_processes(proc)) {
    if (pid == ::getpid()) continue;
    const std::uint64_t bytes = read_resident_bytes(folder_of(pid, proc));
    if (bytes > 0) by_resident.emplace_back(bytes, pid);
  }
  std::sort(by_resident.begin(), by_resident.end(), std::greater<>());
  // What is shared only lowers a figure, so that a few more candidates than wanted are enough.
  by_resident.resize(std::min(by_resident.size(), count_max * 2));
  std::vector<MemoryHolder> holders;
  for (const auto& [resident, pid] : by_resident) {
    auto program = read_program(pid, proc);
    if (!program) continue;
    const auto proportional = read_proportional_bytes(folder_of(pid, proc));
    holders.push_back(
        {std::move(*program), proportional.value_or(resident), proportional.has_value()});
  }
  std::stable_sort(holders.begin(), holders.end(),
                   [](const auto& left, const auto& right) { return left.bytes > right.bytes; });
  holders.resize(std::min(holders.size(), count_max));
  return holders;
}

}  // namespace assay::host

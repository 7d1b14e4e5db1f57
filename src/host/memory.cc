#include "host/memory.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "host/cgroup.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

constexpr std::uint64_t kKibibyte = 1024;

void apply_cgroups(MemoryFacts& facts) {
  for (const CgroupGeneration generation : {CgroupGeneration::V2, CgroupGeneration::V1}) {
    const auto cgroup = find_memory_cgroup(generation);
    if (!cgroup) continue;
    for (const auto& group : cgroup->chain) {
      const auto limit = cgroup_limit(generation, group);
      if (!limit || *limit >= facts.total) continue;
      const std::uint64_t left = cgroup_room(generation, group).value_or(*limit);
      facts.limits.push_back({group, *limit, left});
      facts.cgroup_limit = facts.cgroup_limit == 0 ? *limit : std::min(facts.cgroup_limit, *limit);
      facts.available = std::min(facts.available, left);
    }
  }
}

}  // namespace

std::uint64_t MemoryFacts::ceiling() const {
  return cgroup_limit == 0 ? total : std::min(total, cgroup_limit);
}

base::Result<MemoryFacts> read_memory() {
  const auto text = read_kernel_file("/proc/meminfo");
  const auto total = number_after(text.value_or(""), "MemTotal");
  const auto available = number_after(text.value_or(""), "MemAvailable");
  if (!total || !available) {
    return base::system_error("expected MemTotal and MemAvailable, found neither",
                              "assay needs Linux 3.14 or newer with /proc mounted",
                              "/proc/meminfo");
  }
  MemoryFacts facts;
  facts.total = *total * kKibibyte;
  facts.available = *available * kKibibyte;
  facts.swap_total = number_after(*text, "SwapTotal").value_or(0) * kKibibyte;
  facts.swap_free = number_after(*text, "SwapFree").value_or(0) * kKibibyte;
  apply_cgroups(facts);
  return facts;
}

std::optional<ProcessMemory> read_process_memory(pid_t pid) {
  const auto text = read_kernel_file(fmt::format("/proc/{}/status", pid));
  if (!text) return std::nullopt;
  const auto resident = number_after(*text, "VmRSS");
  if (!resident) return std::nullopt;  // A zombie has no memory any more.
  ProcessMemory memory;
  memory.resident_bytes = *resident * kKibibyte;
  memory.resident_bytes_peak = number_after(*text, "VmHWM").value_or(0) * kKibibyte;
  memory.anonymous_bytes = number_after(*text, "RssAnon").value_or(0) * kKibibyte;
  memory.swap_bytes = number_after(*text, "VmSwap").value_or(0) * kKibibyte;
  return memory;
}

std::uint64_t count_kernel_memory_kills() {
  return number_after(read_kernel_file("/proc/vmstat").value_or(""), "oom_kill").value_or(0);
}

}  // namespace assay::host

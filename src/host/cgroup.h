// Where this process stands in the kernel's control groups that account for memory. Linux has two
// generations of them; a machine mounts memory in one or the other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace assay::host {

enum class CgroupGeneration { V1, V2 };

/// The group this process is in, and every group above it up to the mount, nearest first. All are
/// folders that exist.
struct MemoryCgroup {
  CgroupGeneration generation = CgroupGeneration::V2;
  std::vector<std::filesystem::path> chain;

  const std::filesystem::path& own() const { return chain.front(); }
};

/// None where that generation is not mounted or does not account for memory.
std::optional<MemoryCgroup> find_memory_cgroup(CgroupGeneration generation);

/// The same from the text of /proc/self/mountinfo and /proc/self/cgroup: the folders, not checked.
std::optional<MemoryCgroup> parse_memory_cgroup(CgroupGeneration generation,
                                                std::string_view mountinfo,
                                                std::string_view membership);

/// The group's own limit in bytes; none when it has none.
std::optional<std::uint64_t> cgroup_limit(CgroupGeneration generation,
                                          const std::filesystem::path& group);

/// What the group can still take before its limit, counting file cache the kernel would drop first;
/// none without a limit.
std::optional<std::uint64_t> cgroup_room(CgroupGeneration generation,
                                         const std::filesystem::path& group);

}  // namespace assay::host

#include "host/cgroup.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

namespace fs = std::filesystem;

/// Version 1 writes "no limit" as the largest multiple of a page; nothing real comes near it.
constexpr std::uint64_t kNoLimitV1 = std::uint64_t{1} << 62U;

bool has_word(std::string_view list, std::string_view word) {
  const auto words = base::split(list, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Mount {
  std::string root;  ///< The part of the hierarchy that is mounted there; not "/" in containers.
  fs::path point;
};

/// Format: proc(5), /proc/pid/mountinfo.
std::optional<Mount> find_mount(CgroupGeneration generation, std::string_view mountinfo) {
  for (std::string_view line : base::split_lines(mountinfo)) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto left = base::split(line.substr(0, dash), ' ');
    const auto right = base::split(line.substr(dash + 3), ' ');
    if (left.size() < 5 || right.size() < 3) continue;
    const bool wanted = generation == CgroupGeneration::V2
                            ? right[0] == "cgroup2"
                            : right[0] == "cgroup" && has_word(right[2], "memory");
    if (wanted) return Mount{left[3], left[4]};
  }
  return std::nullopt;
}

/// Format: cgroups(7), /proc/pid/cgroup: "ID:CONTROLLERS:PATH", ID 0 for version 2.
std::optional<std::string> find_membership(CgroupGeneration generation,
                                           std::string_view membership) {
  for (std::string_view line : base::split_lines(membership)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool wanted = generation == CgroupGeneration::V2 ? line.substr(0, first) == "0"
                                                           : has_word(controllers, "memory");
    if (wanted) return std::string(line.substr(second + 1));
  }
  return std::nullopt;
}

std::uint64_t droppable_bytes(CgroupGeneration generation, const fs::path& group) {
  const auto text = read_kernel_file(group / "memory.stat");
  if (!text) return 0;
  const bool v2 = generation == CgroupGeneration::V2;
  return number_after(*text, v2 ? "inactive_file" : "total_inactive_file").value_or(0);
}

}  // namespace

std::optional<MemoryCgroup> parse_memory_cgroup(CgroupGeneration generation,
                                                std::string_view mountinfo,
                                                std::string_view membership) {
  const auto mount = find_mount(generation, mountinfo);
  const auto path = find_membership(generation, membership);
  if (!mount || !path) return std::nullopt;
  // A container may see the host's path in its membership and only its own part mounted.
  std::string_view inside = *path;
  if (mount->root != "/") {
    const bool below = inside.substr(0, mount->root.size()) == mount->root;
    inside = below ? inside.substr(mount->root.size()) : std::string_view();
  }
  MemoryCgroup found{generation, {}};
  fs::path group = mount->point;
  found.chain.push_back(group);
  for (const fs::path& part : fs::path(inside)) {
    if (part == "/" || part.empty()) continue;
    group /= part;
    found.chain.push_back(group);
  }
  std::reverse(found.chain.begin(), found.chain.end());
  return found;
}

std::optional<MemoryCgroup> find_memory_cgroup(CgroupGeneration generation) {
  const auto mountinfo = read_kernel_file("/proc/self/mountinfo");
  const auto membership = read_kernel_file("/proc/self/cgroup");
  if (!mountinfo || !membership) return std::nullopt;
  auto found = parse_memory_cgroup(generation, *mountinfo, *membership);
  if (!found) return std::nullopt;
  std::error_code ignored;
  auto& chain = found->chain;
  chain.erase(std::remove_if(chain.begin(), chain.end(),
                             [&](const fs::path& group) { return !fs::exists(group, ignored); }),
              chain.end());
  if (chain.empty()) return std::nullopt;
  if (generation == CgroupGeneration::V2) {
    // The second generation is often mounted beside the first with memory left to the first.
    const auto controllers = read_kernel_file(chain.back() / "cgroup.controllers");
    const auto words = base::split(base::trim(controllers.value_or("")), ' ');
    if (std::find(words.begin(), words.end(), "memory") == words.end()) return std::nullopt;
  }
  return found;
}

std::optional<std::uint64_t> cgroup_limit(CgroupGeneration generation, const fs::path& group) {
  const bool v2 = generation == CgroupGeneration::V2;
  const auto limit = read_kernel_number(group / (v2 ? "memory.max" : "memory.limit_in_bytes"));
  if (!limit || *limit >= kNoLimitV1) return std::nullopt;
  return limit;
}

std::optional<std::uint64_t> cgroup_room(CgroupGeneration generation, const fs::path& group) {
  const auto limit = cgroup_limit(generation, group);
  if (!limit) return std::nullopt;
  const bool v2 = generation == CgroupGeneration::V2;
  const auto used = read_kernel_number(group / (v2 ? "memory.current" : "memory.usage_in_bytes"));
  if (!used) return std::nullopt;
  const std::uint64_t held = *used - std::min(*used, droppable_bytes(generation, group));
  return *limit - std::min(*limit, held);
}

}  // namespace assay::host

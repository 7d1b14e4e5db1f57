#include "host/guard_cgroup.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include "base/text.h"
#include "host/identity.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

namespace fs = std::filesystem;

/// A group's folder, removed at the end of the scope. The kernel refuses while a process is inside.
class GroupFolder {
 public:
  explicit GroupFolder(fs::path path) : path_(std::move(path)) {}
  ~GroupFolder() {
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  GroupFolder(GroupFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  GroupFolder& operator=(GroupFolder&&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class CgroupGuard final : public MemoryGuard {
 public:
  CgroupGuard(CgroupGeneration generation, GroupFolder group, std::uint64_t limit_bytes)
      : MemoryGuard(limit_bytes), generation_(generation), group_(std::move(group)) {}

  GuardKind kind() const override { return is_v2() ? GuardKind::CgroupV2 : GuardKind::CgroupV1; }
  fs::path cgroup() const override { return group_.path(); }

  base::Status attach(pid_t pid) override {
    const std::string members = read_kernel_file(group_.path() / "cgroup.procs").value_or("");
    for (std::string_view line : base::split_lines(members)) {
      if (parse_number(line) == static_cast<std::uint64_t>(pid)) return base::Done{};
    }
    // A child that has ended already is in no list; there is nothing left to guard then.
    if (::access(fmt::format("/proc/{}/stat", pid).c_str(), F_OK) != 0) return base::Done{};
    return write_kernel_file(group_.path() / "cgroup.procs", std::to_string(pid));
  }

  bool tripped() const override {
    const auto events =
        read_kernel_file(group_.path() / (is_v2() ? "memory.events" : "memory.oom_control"));
    return number_after(events.value_or(""), "oom_kill").value_or(0) > 0;
  }

  std::uint64_t peak_bytes() const override {
    return read_kernel_number(group_.path() /
                              (is_v2() ? "memory.peak" : "memory.max_usage_in_bytes"))
        .value_or(0);
  }

 private:
  bool is_v2() const { return generation_ == CgroupGeneration::V2; }

  CgroupGeneration generation_;
  GroupFolder group_;
};

base::Status set_limits_v2(const fs::path& group, const std::string& limit) {
  ASSAY_TRY_DONE(write_kernel_file(group / "memory.max", limit));
  // Absent without swap support in the kernel, and then there is no swap to forbid; the group kill
  // matters to guests of several processes only.
  (void)write_kernel_file(group / "memory.swap.max", "0");
  (void)write_kernel_file(group / "memory.oom.group", "1");
  return base::Done{};
}

base::Status set_limits_v1(const fs::path& group, const std::string& limit) {
  ASSAY_TRY_DONE(write_kernel_file(group / "memory.limit_in_bytes", limit));
  // Memory and swap together; absent without swap accounting. It may not be below the limit above.
  (void)write_kernel_file(group / "memory.memsw.limit_in_bytes", limit);
  return base::Done{};
}

/// Whether groups made below `parent` account for memory; tries to make it so in the group this
/// process is in, which works where it is delegated and empty, or the root.
bool accounts_below(CgroupGeneration generation, const fs::path& parent, bool is_own) {
  if (generation == CgroupGeneration::V1) return true;
  const fs::path control = parent / "cgroup.subtree_control";
  const auto enabled = [&] {
    const auto words = base::split(base::trim(read_kernel_file(control).value_or("")), ' ');
    return std::find(words.begin(), words.end(), "memory") != words.end();
  };
  if (enabled()) return true;
  return is_own && write_kernel_file(control, "+memory").has_value() && enabled();
}

constexpr std::string_view kNamePrefix = "assay-";

/// Groups named "assay-<pid>-<number>" whose maker is gone: a killed assay cannot remove its own.
/// The kernel refuses to remove one that still has a process inside.
void remove_abandoned(const fs::path& parent) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kNamePrefix, 0) != 0) continue;
    const auto maker = parse_number(base::split(name, '-')[1]);
    if (maker && !identify_process(static_cast<pid_t>(*maker))) ::rmdir(entry.path().c_str());
  }
}

base::Result<std::unique_ptr<MemoryGuard>> make_below(CgroupGeneration generation,
                                                      const fs::path& parent,
                                                      std::uint64_t limit_bytes) {
  static std::atomic<int> counter{0};
  remove_abandoned(parent);
  const fs::path path = parent / fmt::format("{}{}-{}", kNamePrefix, ::getpid(), ++counter);
  if (::mkdir(path.c_str(), 0755) != 0) {
    return base::errno_error(errno, "make a cgroup", path.string());
  }
  GroupFolder group(path);
  const std::string limit = std::to_string(limit_bytes);
  ASSAY_TRY_DONE(generation == CgroupGeneration::V2 ? set_limits_v2(path, limit)
                                                    : set_limits_v1(path, limit));
  // Whoever may make a group may still be refused moving a process into it.
  if (::access((path / "cgroup.procs").c_str(), W_OK) != 0) {
    return base::errno_error(errno, "write the cgroup's member list", path.string());
  }
  return std::unique_ptr<MemoryGuard>(
      std::make_unique<CgroupGuard>(generation, std::move(group), limit_bytes));
}

}  // namespace

base::Result<std::unique_ptr<MemoryGuard>> make_cgroup_guard(CgroupGeneration generation,
                                                             std::uint64_t limit_bytes) {
  const std::string_view name = generation == CgroupGeneration::V2 ? "2" : "1";
  const auto place = find_memory_cgroup(generation);
  if (!place) {
    return base::system_error(
        fmt::format("no cgroup of version {} accounts for memory here", name));
  }
  base::Error last = base::system_error(
      fmt::format("no cgroup of version {} is delegated to this process", name),
      "systemd-run --user --scope gives a process its own", place->own().string());
  for (const fs::path& parent : place->chain) {
    if (accounts_below(generation, parent, parent == place->own())) {
      auto guard = make_below(generation, parent, limit_bytes);
      if (guard.has_value()) return guard;
      last = std::move(guard).error();
    }
    // A sibling of a limited group would escape the limit its owner was given.
    if (cgroup_limit(generation, parent)) break;
  }
  return last;
}

}  // namespace assay::host

#include "host/process_usage.h"

#include <fmt/core.h>
#include <unistd.h>

#include <set>
#include <string>

#include "base/text.h"
#include "host/proc_file.h"
#include "host/processes.h"

namespace assay::host {
namespace {

// Counted in the blank-separated fields after the name's closing parenthesis; a name may itself
// hold blanks and parentheses. Format: proc(5), /proc/pid/stat.
constexpr std::size_t kStateField = 0;
constexpr std::size_t kParentField = 1;
constexpr std::size_t kUserTicksField = 11;
constexpr std::size_t kSystemTicksField = 12;
constexpr std::size_t kResidentPagesField = 21;

base::Nanoseconds ticks(std::uint64_t count) {
  static const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return base::Nanoseconds(static_cast<std::int64_t>(count * (1'000'000'000 / per_second)));
}

}  // namespace

std::optional<ProcessUsage> read_process_usage(pid_t pid, const std::filesystem::path& proc) {
  const auto stat = read_kernel_file(proc / fmt::format("{}", pid) / "stat");
  if (!stat) return std::nullopt;
  const std::size_t name_end = stat->rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  const auto fields = base::split(std::string_view(*stat).substr(name_end + 2), ' ');
  if (fields.size() <= kResidentPagesField) return std::nullopt;
  if (fields[kStateField] == "Z" || fields[kStateField] == "X") return std::nullopt;
  const auto parent = parse_number(fields[kParentField]);
  const auto user = parse_number(fields[kUserTicksField]);
  const auto system = parse_number(fields[kSystemTicksField]);
  const auto pages = parse_number(fields[kResidentPagesField]);
  if (!parent || !user || !system || !pages) return std::nullopt;
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return ProcessUsage{static_cast<pid_t>(*parent), ticks(*user + *system), *pages * page_bytes};
}

std::vector<pid_t> find_process_tree(pid_t root, const std::filesystem::path& proc) {
  std::multimap<pid_t, pid_t> children;
  bool root_runs = false;
  for (const pid_t pid : list_processes(proc)) {
    const auto usage = read_process_usage(pid, proc);
    if (!usage) continue;
    root_runs = root_runs || pid == root;
    children.emplace(usage->parent, pid);
  }
  if (!root_runs) return {};
  std::set<pid_t> tree{root};
  std::vector<pid_t> unvisited{root};
  while (!unvisited.empty()) {
    const auto [first, last] = children.equal_range(unvisited.back());
    unvisited.pop_back();
    for (auto child = first; child != last; ++child) {
      if (tree.insert(child->second).second) unvisited.push_back(child->second);
    }
  }
  return {tree.begin(), tree.end()};
}

std::optional<ProcessTreeUsage::Reading> ProcessTreeUsage::read() {
  const std::vector<pid_t> tree = find_process_tree(root_, proc_);
  if (tree.empty()) return std::nullopt;
  Reading reading;
  std::map<pid_t, base::Nanoseconds> now;
  for (const pid_t pid : tree) {
    const auto usage = read_process_usage(pid, proc_);
    if (!usage) continue;
    reading.resident_bytes += usage->resident_bytes;
    now[pid] = usage->cpu;
    // Of one that was not there before, all counts; before the first reading, nothing does.
    const auto before = seen_.find(pid);
    const base::Nanoseconds from = before == seen_.end() ? base::Nanoseconds(0) : before->second;
    if (!is_first_ && usage->cpu > from) cpu_ += usage->cpu - from;
  }
  seen_ = std::move(now);
  is_first_ = false;
  reading.cpu = cpu_;
  return reading;
}

}  // namespace assay::host

#include "host/identity.h"

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

// Counted in the blank-separated fields after the name's closing parenthesis; a name may itself
// hold blanks and parentheses. Format: proc(5), /proc/pid/stat.
constexpr std::size_t kStateField = 0;
constexpr std::size_t kStartField = 19;

}  // namespace

std::optional<ProcessIdentity> identify_process(pid_t pid) {
  const auto stat = read_kernel_file(fmt::format("/proc/{}/stat", pid));
  if (!stat) return std::nullopt;
  const std::size_t name_end = stat->rfind(") ");
  if (name_end == std::string::npos) return std::nullopt;
  const auto fields = base::split(std::string_view(*stat).substr(name_end + 2), ' ');
  if (fields.size() <= kStartField) return std::nullopt;
  if (fields[kStateField] == "Z" || fields[kStateField] == "X") return std::nullopt;
  const auto start = parse_number(fields[kStartField]);
  return start ? std::optional(ProcessIdentity{pid, *start}) : std::nullopt;
}

bool is_running(const ProcessIdentity& identity) {
  return identify_process(identity.pid) == identity;
}

}  // namespace assay::host

#include "host/thread_usage.h"

#include <ctime>
#include <string>

#include "base/text.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

constexpr std::size_t kFields = 3;
constexpr std::size_t kWaitField = 1;

}  // namespace

std::optional<base::Nanoseconds> parse_run_queue(std::string_view schedstat) {
  const auto fields = base::split(base::trim(schedstat), ' ');
  if (fields.size() < kFields) return std::nullopt;
  bool is_counted = false;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto number = parse_number(fields[i]);
    if (!number) return std::nullopt;
    is_counted = is_counted || *number > 0;
  }
  if (!is_counted) return std::nullopt;
  return base::Nanoseconds(static_cast<std::int64_t>(*parse_number(fields[kWaitField])));
}

ThreadUsage read_thread_usage() {
  ThreadUsage usage;
  timespec time{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) {
    usage.cpu = std::chrono::seconds(time.tv_sec) + base::Nanoseconds(time.tv_nsec);
  }
  usage.run_queue = parse_run_queue(read_kernel_file("/proc/thread-self/schedstat").value_or(""));
  return usage;
}

}  // namespace assay::host

#include "host/file_limit.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace assay::host {

base::Status allow_open_files(std::uint64_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return base::errno_error(errno, "read the limit of open files");
  }
  if (limit.rlim_cur >= count) return base::Done{};
  if (limit.rlim_max < count) {
    return base::system_error(
        fmt::format("{} open files are needed, but this process may have {}", count,
                    static_cast<std::uint64_t>(limit.rlim_max)),
        fmt::format("lower the number of connections, or raise the limit: ulimit -n {}", count));
  }
  limit.rlim_cur = count;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return base::Done{};
  return base::errno_error(errno, fmt::format("raise the limit of open files to {}", count));
}

}  // namespace assay::host

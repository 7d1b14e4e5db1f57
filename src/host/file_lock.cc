#include "host/file_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace assay::host {

base::Result<FileLock> FileLock::acquire(const std::filesystem::path& file,
                                         std::string_view held_message) {
  std::error_code failure;
  std::filesystem::create_directories(file.parent_path(), failure);
  if (failure)
    return base::errno_error(failure.value(), "create the folder", file.parent_path().string());
  const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (opened < 0) return base::errno_error(errno, "open the lock file", file.string());
  FileLock lock(opened);
  if (::flock(opened, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return base::errno_error(errno, "take the lock", file.string());
    const auto holder = base::read_file(file, 64);
    return base::system_error(fmt::format("{}{}", held_message,
                                          holder.has_value() && !holder->empty()
                                              ? fmt::format(" (pid {})", base::trim(*holder))
                                              : ""),
                              "wait for it to end, or use another --home", file.string());
  }
  // The pid is only for the message above; the lock itself is what counts.
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(opened, 0) != 0 ||
      ::pwrite(opened, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return base::errno_error(errno, "write the lock file", file.string());
  }
  return lock;
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

}  // namespace assay::host

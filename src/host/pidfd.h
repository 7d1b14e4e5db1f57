// A descriptor that means one process and never its number's next owner. Debian 12's <sys/pidfd.h>
// declares these without C linkage, so that C++ cannot link them; the kernel is called directly.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace assay::host {

/// Readable once the process has ended; -1 with errno when there is none (or Linux is before 5.3).
inline int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

inline bool signal_pidfd(int descriptor, int signal) {
  return ::syscall(SYS_pidfd_send_signal, descriptor, signal, nullptr, 0) == 0;
}

}  // namespace assay::host

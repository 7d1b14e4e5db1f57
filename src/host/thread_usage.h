// What the calling thread has taken of the processors, and how long it waited for one: whether a
// load generator was late because the machine was busy.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace assay::host {

/// Since the thread's start; two readings give what happened in between.
struct ThreadUsage {
  base::Nanoseconds cpu{0};  ///< By CLOCK_THREAD_CPUTIME_ID.
  /// Ready to run while others had the processors; none where the kernel does not account for it.
  std::optional<base::Nanoseconds> run_queue;
};

/// Of the thread that calls. Takes some 10 µs, most of it for the kernel's file.
ThreadUsage read_thread_usage();

/// The second number of a schedstat file, "time on a processor, time waiting, times it was given
/// one", in ns. None when the text is something else, or all zero: a thread that reads it has run,
/// so that such a kernel does not count.
std::optional<base::Nanoseconds> parse_run_queue(std::string_view schedstat);

}  // namespace assay::host

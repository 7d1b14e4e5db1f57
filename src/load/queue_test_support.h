// Runs against servers that are one queue, whose truth is known. For tests of this room and for
// tests/perf. Not thread-safe: a draw moves the chance on.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <vector>

#include "base/random.h"
#include "load/record.h"

namespace assay::load {

/// Exponential with mean 1.
inline double exponential(base::Random& random) { return -std::log(1 - random.unit()); }

/// Due times of a Poisson process, in seconds.
inline std::vector<double> poisson_times(double rate, std::size_t count, base::Random& random) {
  std::vector<double> times;
  double time = 0;
  for (std::size_t i = 0; i < count; ++i) times.push_back(time += exponential(random) / rate);
  return times;
}

/// How long each waits for one of `servers` that serve first come, first served (for one server the
/// recursion of Lindley 1952), starting empty.
inline std::vector<double> queue_waits(const std::vector<double>& times, std::size_t servers,
                                       const std::function<double()>& service) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (std::size_t i = 0; i < servers; ++i) free_at.push(0);
  std::vector<double> waits;
  for (const double time : times) {
    const double start = std::max(time, free_at.top());
    free_at.pop();
    free_at.push(start + service());
    waits.push_back(start - time);
  }
  return waits;
}

inline base::Nanoseconds nanoseconds(double seconds) {
  return base::Nanoseconds(std::llround(seconds * 1e9));
}

/// A request answered with 11 tokens: the first after `first_s`, the others `gap_s` apart.
inline RequestRecord answered(double due_s, double first_s, double gap_s) {
  RequestRecord record;
  record.due = record.sent = nanoseconds(due_s);
  record.first_byte = record.first_content = record.first_answer =
      record.due + nanoseconds(first_s);
  record.last_content = record.first_content + nanoseconds(10 * gap_s);
  record.ended = record.last_content;
  record.output_tokens = 11;
  record.content_events = 11;
  return record;
}

/// What answered() gives, refused instead.
inline void refuse(RequestRecord& record) {
  record.failure = Failure::Http5xx;
  record.first_content = record.first_answer = record.last_content = kNever;
  record.output_tokens = -1;
  record.content_events = 0;
}

}  // namespace assay::load

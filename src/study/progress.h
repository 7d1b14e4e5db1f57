// Progress of a running study: one updating line on a terminal, plain lines otherwise.
#pragma once

#include <cstdint>
#include <string>

#include "base/context.h"

namespace assay::study {

struct ProgressState {
  std::int64_t done = 0;
  std::int64_t planned = 0;
  std::string cell;
  double tokens_per_s = 0;  ///< 0: unknown.
  double left_s = -1;       ///< Negative: unknown.
};

/// "[#####-----]  412/2160  pebble-m/temperature=1.5  523 tok/s  2 min 10 s left", at most
/// `columns`.
std::string progress_line(const ProgressState& state, int columns);

/// Writes to context.err. On a terminal the line is rewritten at most ten times a second; otherwise
/// a plain line is written when at least 10 s and 1 % of the trials have passed since the last one.
class Progress {
 public:
  explicit Progress(const base::Context& context);
  ~Progress();
  void update(const ProgressState& state);
  /// Ends the updating line, so that other output starts on its own line.
  void finish();

 private:
  const base::Context& context_;
  base::MonotonicTime shown_;
  std::int64_t done_shown_ = 0;
  bool anything_shown_ = false;
  bool line_open_ = false;
};

}  // namespace assay::study

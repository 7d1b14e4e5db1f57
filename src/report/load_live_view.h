// Shows a load test while it goes on: a few lines that are redrawn in place on a terminal, a plain
// line now and then otherwise. Not thread-safe: update() is called where OnLive is.
#pragma once

#include "base/context.h"
#include "load/live_state.h"

namespace assay::report {

/// Writes to context.err. On a terminal at most ten times a second; otherwise a plain line every
/// 10 s and at the first update.
class LoadLiveView {
 public:
  explicit LoadLiveView(const base::Context& context);
  LoadLiveView(const LoadLiveView&) = delete;
  LoadLiveView& operator=(const LoadLiveView&) = delete;
  ~LoadLiveView();

  void update(const load::LiveState& state);
  /// Takes the lines off the terminal again, so that other output starts where they stood.
  void finish();

 private:
  void redraw(const load::LiveState& state);

  const base::Context& context_;
  base::MonotonicTime shown_;
  bool anything_shown_ = false;
  std::size_t lines_shown_ = 0;
};

}  // namespace assay::report

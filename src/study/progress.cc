#include "study/progress.h"

#include <fmt/core.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"

namespace assay::study {
namespace {

constexpr auto kTerminalInterval = std::chrono::milliseconds(100);
constexpr auto kPlainInterval = std::chrono::seconds(10);
constexpr std::int64_t kBarColumns = 20;

}  // namespace

std::string progress_line(const ProgressState& state, int columns) {
  const std::int64_t filled =
      state.planned > 0 ? kBarColumns * std::min(state.done, state.planned) / state.planned : 0;
  const std::string planned = std::to_string(state.planned);
  const std::string speed =
      state.tokens_per_s > 0 ? fmt::format("  {:.0f} tok/s", state.tokens_per_s) : "";
  const std::string left =
      state.left_s >= 0 ? fmt::format("  {} left", base::human_duration(state.left_s)) : "";
  const std::string head = fmt::format("[{:#<{}}{:-<{}}] {:>{}}/{}  ", "", filled, "",
                                       kBarColumns - filled, state.done, planned.size(), planned);
  const auto taken = static_cast<int>(head.size() + speed.size() + left.size());
  const auto room = static_cast<std::size_t>(std::max(columns - 1 - taken, 8));
  return head + base::ellipsize(state.cell, room) + speed + left;
}

Progress::Progress(const base::Context& context) : context_(context) {}

Progress::~Progress() { finish(); }

void Progress::update(const ProgressState& state) {
  const base::MonotonicTime now = context_.clock.now();
  const bool last = state.done >= state.planned;
  if (context_.terminal.err_is_terminal) {
    if (anything_shown_ && !last && now - shown_ < kTerminalInterval) return;
    // "Erase to the end of the line" spares us from padding over an older, longer line.
    context_.err << '\r' << progress_line(state, context_.terminal.columns) << "\x1b[K"
                 << std::flush;
    line_open_ = true;
  } else {
    const bool enough =
        now - shown_ >= kPlainInterval && (state.done - done_shown_) * 100 >= state.planned;
    if (anything_shown_ && !last && !enough) return;
    context_.err << progress_line(state, 120) << '\n' << std::flush;
  }
  anything_shown_ = true;
  shown_ = now;
  done_shown_ = state.done;
}

void Progress::finish() {
  if (line_open_) context_.err << '\n' << std::flush;
  line_open_ = false;
}

}  // namespace assay::study

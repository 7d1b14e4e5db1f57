#include "report/load_live_view.h"

#include <fmt/format.h>

#include <ostream>

#include "report/load_live.h"

namespace assay::report {
namespace {

constexpr auto kTerminalInterval = std::chrono::milliseconds(100);
constexpr auto kPlainInterval = std::chrono::seconds(10);
constexpr std::string_view kEraseToEndOfLine = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";

std::string up(std::size_t lines) { return lines > 0 ? fmt::format("\x1b[{}A", lines) : ""; }

}  // namespace

LoadLiveView::LoadLiveView(const base::Context& context) : context_(context) {}

LoadLiveView::~LoadLiveView() { finish(); }

void LoadLiveView::update(const load::LiveState& state) {
  const base::MonotonicTime now = context_.clock.now();
  const bool is_terminal = context_.terminal.err_is_terminal;
  const base::Nanoseconds interval =
      is_terminal ? base::Nanoseconds(kTerminalInterval) : base::Nanoseconds(kPlainInterval);
  // A line that stays has nothing to say before anything happened.
  if (!is_terminal && state.elapsed_s < 1) return;
  if (anything_shown_ && now - shown_ < interval) return;
  anything_shown_ = true;
  shown_ = now;
  if (is_terminal) {
    redraw(state);
  } else {
    context_.err << live_line(state) << '\n' << std::flush;
  }
}

void LoadLiveView::redraw(const load::LiveState& state) {
  // One write for all of it: a terminal that draws in between would flicker.
  std::string text = "\r" + up(lines_shown_);
  const std::vector<std::string> lines = live_lines(state, context_.terminal.columns);
  for (const std::string& line : lines) text += line + std::string(kEraseToEndOfLine) + "\n";
  context_.err << text << kEraseBelow << std::flush;
  lines_shown_ = lines.size();
}

void LoadLiveView::finish() {
  if (lines_shown_ > 0) context_.err << '\r' << up(lines_shown_) << kEraseBelow << std::flush;
  lines_shown_ = 0;
}

}  // namespace assay::report

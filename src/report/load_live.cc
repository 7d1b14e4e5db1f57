#include "report/load_live.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "report/escape.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using load::LiveState;

constexpr int kBarColumns = 24;
constexpr int kColumnsLeast = 40;

std::string bar(const LiveState& state) {
  const double share =
      state.planned_s > 0 ? std::clamp(state.elapsed_s / state.planned_s, 0.0, 1.0) : 0;
  const int filled = state.is_draining ? kBarColumns : static_cast<int>(share * kBarColumns);
  return fmt::format("[{:#<{}}{:-<{}}]", "", filled, "", kBarColumns - filled);
}

std::string time_text(const LiveState& state) {
  if (state.is_draining && state.in_flight == 0) {
    return fmt::format("{}, all replies are in", base::human_duration(state.elapsed_s));
  }
  if (state.is_draining) {
    return fmt::format("{}, waiting for the last {}", base::human_duration(state.elapsed_s),
                       state.in_flight == 1 ? "reply" : fmt::format("{} replies", state.in_flight));
  }
  return fmt::format(
      "{}, {} left", base::human_duration(std::floor(state.elapsed_s)),
      base::human_duration(std::max(0.0, std::ceil(state.planned_s - state.elapsed_s))));
}

std::uint64_t failed_of(const LiveState& state) {
  return std::accumulate(state.failed.begin() + 1, state.failed.end(), std::uint64_t{0});
}

/// "3 failed: timed out 2, HTTP 5xx 1".
std::string failed_text(const LiveState& state) {
  load::Summary summary;
  std::copy(state.failed.begin(), state.failed.end(), summary.failed.begin());
  const std::string classes = failures_text(summary);
  return fmt::format("{} failed{}", count_text(failed_of(state)),
                     classes.empty() ? "" : ": " + classes);
}

std::string times(std::string_view name, std::optional<double> p50, std::optional<double> p95) {
  if (!p50 && !p95) return std::string(name) + " –";
  return fmt::format("{} p50 {} p95 {}", name, p50 ? ms_text(*p50) : "–",
                     p95 ? ms_text(*p95) : "–");
}

std::string counts(const LiveState& state) {
  return fmt::format("{} sent, {} done, {} in flight, {}", count_text(state.sent),
                     count_text(state.completed), state.in_flight, failed_text(state));
}

/// The newest values that there is room for.
std::string history(const LiveState& state, int columns) {
  const std::vector<double>& rates = state.rates_completed;
  if (rates.empty()) return "";
  const double most = *std::max_element(rates.begin(), rates.end());
  const std::string head = "done/s  ";
  const std::string tail = fmt::format("  at most {}", rate_text(most));
  const std::size_t room = static_cast<std::size_t>(columns) - 1 - head.size() - tail.size();
  const std::size_t from = rates.size() > room ? rates.size() - room : 0;
  return head + sparkline({rates.begin() + static_cast<std::ptrdiff_t>(from), rates.end()}) + tail;
}

}  // namespace

std::string sparkline(const std::vector<double>& values) {
  constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double most = 0;
  for (const double value : values) {
    if (std::isfinite(value)) most = std::max(most, value);
  }
  std::string text;
  for (const double value : values) {
    if (!std::isfinite(value)) {
      text += " ";
      continue;
    }
    const double share = most > 0 ? std::clamp(value / most, 0.0, 1.0) : 0;
    text += kBlocks[static_cast<std::size_t>(std::lround(share * 7))];
  }
  return text;
}

std::vector<std::string> live_lines(const LiveState& state, int columns) {
  columns = std::max(columns, kColumnsLeast);
  const std::string stage = state.stage.empty() ? "" : fmt::format("  stage {}", state.stage);
  std::vector<std::string> lines{
      fmt::format("{} {}{}  {}", bar(state), time_text(state), stage, state.target), counts(state),
      fmt::format("{} sent/s  {} done/s  {} tok/s", rate_text(state.rate_sent),
                  rate_text(state.rate_completed), rate_text(state.output_tps)),
      fmt::format("{}  {}", times("TTFT", state.ttft_ms_p50, state.ttft_ms_p95),
                  times("ITL", state.itl_ms_p50, state.itl_ms_p95))};
  if (const std::string line = history(state, columns); !line.empty()) lines.push_back(line);
  for (std::string& line : lines) {
    line = base::ellipsize(single_line(line), static_cast<std::size_t>(columns) - 1);
  }
  return lines;
}

std::string live_line(const LiveState& state) {
  return single_line(fmt::format(
      "{}  {}{}  {}; last {}: {} done/s, {} tok/s, {}, {}", state.target, time_text(state),
      state.stage.empty() ? "" : fmt::format(", stage {}", state.stage), counts(state),
      base::human_duration(std::round(state.window_s)), rate_text(state.rate_completed),
      rate_text(state.output_tps), times("TTFT", state.ttft_ms_p50, state.ttft_ms_p95),
      times("ITL", state.itl_ms_p50, state.itl_ms_p95)));
}

}  // namespace assay::report

#include "load/live_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "stats/interval.h"

namespace assay::load {
namespace {

constexpr base::Nanoseconds kWindow = std::chrono::seconds(5);
constexpr std::size_t kSecondsShown = 60;

std::optional<double> quantile_of(const std::vector<double>& values, double share) {
  if (values.empty()) return std::nullopt;
  return stats::quantile(values, share);
}

}  // namespace

LiveBoard::LiveBoard(std::string target, std::vector<StageRun> stages)
    : stages_(std::move(stages)) {
  state_.target = std::move(target);
  state_.planned_s = stages_.empty() ? 0 : base::to_seconds(stages_.back().to);
}

void LiveBoard::take(const LiveNews& news) {
  state_.sent += news.sent;
  in_flight_ += news.in_flight;
  for (const LiveNews::Ended& ended : news.ended) {
    if (ended.failure == Failure::None) {
      ++state_.completed;
      const auto second =
          static_cast<std::size_t>(std::max<std::int64_t>(0, ended.at.count()) / 1'000'000'000);
      // Beyond the last minute the front is dropped; rates_completed then starts later.
      if (state_.rates_completed.size() <= second) state_.rates_completed.resize(second + 1);
      state_.rates_completed[second] += 1;
    } else {
      ++state_.failed[static_cast<std::size_t>(ended.failure)];
    }
    recent_.push_back(ended);
  }
}

void LiveBoard::forget_before(base::Nanoseconds time) {
  while (!recent_.empty() && recent_.front().at < time) recent_.pop_front();
  while (sent_at_.size() > 1 && sent_at_.front().first < time) sent_at_.pop_front();
}

LiveState LiveBoard::state(base::Nanoseconds now) {
  forget_before(now - kWindow);
  sent_at_.emplace_back(now, state_.sent);
  LiveState state = state_;
  state.in_flight = std::exchange(in_flight_, 0);
  state.elapsed_s = base::to_seconds(now);
  state.is_draining = state.elapsed_s >= state.planned_s;
  state.window_s = std::max(1e-3, std::min(base::to_seconds(kWindow), state.elapsed_s));
  const auto stage = std::find_if(stages_.begin(), stages_.end(),
                                  [now](const StageRun& run) { return now < run.to; });
  if (stage != stages_.end() && stages_.size() > 1) {
    state.stage = fmt::format("{} ({}/{}{})", stage->name, stage - stages_.begin() + 1,
                              stages_.size(), stage->is_warm_up ? ", warm-up" : "");
  }
  const double span_s = base::to_seconds(now - sent_at_.front().first);
  if (span_s > 0) {
    state.rate_sent = static_cast<double>(state_.sent - sent_at_.front().second) / span_s;
  }
  std::vector<double> ttft_ms;
  std::vector<double> itl_ms;
  double tokens = 0;
  double completed = 0;
  for (const LiveNews::Ended& ended : recent_) {
    if (ended.ttft_ms >= 0) ttft_ms.push_back(static_cast<double>(ended.ttft_ms));
    if (ended.itl_ms >= 0) itl_ms.push_back(static_cast<double>(ended.itl_ms));
    tokens += ended.output_tokens;
    completed += ended.failure == Failure::None ? 1 : 0;
  }
  state.rate_completed = completed / state.window_s;
  state.output_tps = tokens / state.window_s;
  state.ttft_ms_p50 = quantile_of(ttft_ms, 0.5);
  state.ttft_ms_p95 = quantile_of(ttft_ms, 0.95);
  state.itl_ms_p50 = quantile_of(itl_ms, 0.5);
  state.itl_ms_p95 = quantile_of(itl_ms, 0.95);
  // The present second is not over yet.
  auto& rates = state.rates_completed;
  const auto whole = static_cast<std::size_t>(std::max(0.0, std::floor(state.elapsed_s)));
  rates.resize(whole);
  if (rates.size() > kSecondsShown) {
    rates.erase(rates.begin(), rates.end() - static_cast<std::ptrdiff_t>(kSecondsShown));
  }
  return state;
}

}  // namespace assay::load

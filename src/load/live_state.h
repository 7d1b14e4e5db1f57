// What a run has come to while it goes on, for people who watch. Plain data.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "load/record.h"

namespace assay::load {

/// Rates and percentiles are those of the last few seconds, which `window_s` says.
struct LiveState {
  std::string target;
  std::string stage;  ///< Its name and what it is: "2/4 (warm-up)".
  double elapsed_s = 0;
  double planned_s = 0;      ///< Of all stages, without the requests still under way at the end.
  bool is_draining = false;  ///< The schedule is over; replies are still awaited.
  double window_s = 0;
  std::uint64_t sent = 0;
  std::uint64_t completed = 0;
  std::array<std::uint64_t, kFailures> failed{};
  std::int64_t in_flight = 0;
  double rate_sent = 0;
  double rate_completed = 0;
  double output_tps = 0;
  std::optional<double> ttft_ms_p50;
  std::optional<double> ttft_ms_p95;
  std::optional<double> itl_ms_p50;
  std::optional<double> itl_ms_p95;
  std::vector<double> rates_completed;  ///< Of whole seconds, newest last; at most 60.
};

/// Called about five times a second from the thread that started the run.
using OnLive = std::function<void(const LiveState&)>;

}  // namespace assay::load

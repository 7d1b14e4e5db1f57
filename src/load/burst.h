// A burst: a short load that `study` asks of a model under one cell's settings, as often as it asks
// a case, and scores by the share of requests that met every objective. Read from a table in the
// words of a scenario. Called by `study`. Plain data and pure functions; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/toml_value.h"
#include "load/analysis.h"
#include "load/run_record.h"
#include "load/scenario.h"

namespace assay::load {

/// Bursts that are alike but for their seeds.
struct BurstSeries {
  Scenario scenario;       ///< Without targets; a stage, after one that warms up if asked for.
  std::int64_t count = 8;  ///< How many bursts.
  std::string text;        ///< The table in one form, whatever its order and comments.
  double warm_up_s = 0;    ///< Does not count.
  double seconds = 0;      ///< Counts.
  double rate = 0;         ///< Requests per second; 0 in a closed loop.
  std::int64_t concurrency = 0;  ///< Requests in flight; 0 in an open loop.
};

/// A closed loop does not know how many requests it will send; a burst makes this many prompts
/// unless `distinct` says otherwise.
inline constexpr std::int64_t kDistinctOfBurst = 64;

/// The table [load]: `rate` or `concurrency`, `for`, `warm_up`, `bursts`, `arrivals`, `timeout_s`,
/// `objectives`, and the tables `work` and `client` as in a scenario. BadInput names file, line and
/// key. `folder` is what `cases` and the like are relative to.
base::Result<BurstSeries> read_bursts(std::string_view source, const std::filesystem::path& folder,
                                      const toml::table& table);

/// The load at another level; requires that it is above 0 and of the scenario's kind.
void set_rate(Scenario& scenario, double rate);
void set_concurrency(Scenario& scenario, std::int64_t concurrency);

/// One burst in figures, of the requests that were due in the time that counts. Times in
/// milliseconds; −1 where nothing was measured, or where requests that failed reach into it.
struct BurstFigures {
  Verdict verdict = Verdict::Valid;
  std::vector<std::string> reasons;  ///< For the verdict; empty when valid.
  std::size_t requests = 0;
  std::size_t met = 0;                          ///< Answered, and within every objective.
  std::array<std::size_t, kFailures> failed{};  ///< By Failure.
  double seconds = 0;                           ///< Of the time that counts.
  double ttft_ms_p50 = -1;
  double ttft_ms_p95 = -1;
  double itl_ms_p50 = -1;
  double itl_ms_p95 = -1;
  double e2e_ms_p50 = -1;
  double e2e_ms_p95 = -1;
  double output_tps = 0;     ///< All requests together.
  double rate_achieved = 0;  ///< Answered per second.
  double in_flight_mean = 0;
  double prompt_tokens_mean = -1;  ///< Of a request, where the server counted them.
  double output_tokens_mean = -1;  ///< Of an answered request.

  /// met ÷ requests; 0 without any.
  double share() const;
  /// Requests per second that met every objective: 38 in 2 s are 19.
  double goodput_per_s() const;
  std::size_t failures() const;
  base::Json to_json() const;
};

/// Requires objectives, and stages of which one counts.
BurstFigures burst_figures(const Scenario& scenario, const TargetRun& run);

}  // namespace assay::load

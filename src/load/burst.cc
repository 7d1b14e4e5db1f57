#include "load/burst.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "base/check.h"
#include "load/judged_request.h"
#include "load/scenario_reader.h"
#include "stats/interval.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

constexpr double kRateLeast = 1e-3;
constexpr double kRateMost = 1e6;
/// What the tasks of a study are given at least.
constexpr double kTimeout_s = 30;

Status read_level(const TableReader& reader, BurstSeries& series) {
  const bool is_open = reader.node("rate") != nullptr;
  if (is_open == (reader.node("concurrency") != nullptr)) {
    return base::bad_input(
        "[load] needs exactly one of `rate` and `concurrency`",
        "rate: requests per second, whatever the server does; concurrency: users who wait",
        reader.place());
  }
  ASSAY_TRY_DONE(reader.duration("warm_up", series.warm_up_s));
  ASSAY_TRY_DONE(reader.duration("for", series.seconds));
  if (!(series.seconds > 0)) {
    return base::bad_input("[load] lacks `for`", "say how long a burst counts: for = \"5 s\"",
                           reader.place());
  }
  ASSAY_TRY_DONE(reader.number("rate", kRateLeast, kRateMost, series.rate));
  ASSAY_TRY_DONE(reader.count("concurrency", series.concurrency));
  Scenario& scenario = series.scenario;
  scenario.kind = is_open ? LoadKind::Open : LoadKind::Closed;
  for (const bool is_warm_up : {true, false}) {
    const double lasts = is_warm_up ? series.warm_up_s : series.seconds;
    if (!(lasts > 0)) continue;
    const std::string name = is_warm_up ? "warm-up" : "burst";
    if (is_open) {
      scenario.stages.push_back({lasts, series.rate, series.rate, is_warm_up, name});
    } else {
      scenario.closed_stages.push_back({lasts, series.concurrency, is_warm_up, name});
    }
  }
  return Done{};
}

/// Of the times of requests in the order they came; −1 where failures reach into it.
double quantile_of(const std::vector<RequestRecord>& records, Measure which, double share) {
  std::vector<double> values;
  for (const RequestRecord& record : records) {
    if (const auto value = measure_or_infinite(record, which)) values.push_back(*value);
  }
  if (values.empty()) return -1;
  const double found = stats::quantile(values, share);
  return std::isfinite(found) ? found : -1;
}

template <typename Count>
double mean_known(const std::vector<RequestRecord>& records, Count count) {
  double sum = 0;
  double known = 0;
  for (const RequestRecord& record : records) {
    const auto value = static_cast<double>(count(record));
    if (record.failure != Failure::None || value < 0) continue;
    sum += value;
    ++known;
  }
  return known > 0 ? sum / known : -1;
}

}  // namespace

Result<BurstSeries> read_bursts(std::string_view source, const std::filesystem::path& folder,
                                const toml::table& table) {
  const TableReader reader(source, table, "[load]");
  ASSAY_TRY_DONE(reader.known(
      "rate concurrency for warm_up bursts arrivals timeout_s objectives work client"));
  BurstSeries series;
  series.scenario.timeout_s = kTimeout_s;
  ASSAY_TRY_DONE(read_level(reader, series));
  ASSAY_TRY_DONE(reader.count("bursts", series.count));
  ASSAY_TRY_DONE(read_head(source, table, series.scenario));
  ASSAY_TRY_DONE(read_work(source, folder, table, series.scenario));
  ASSAY_TRY_DONE(read_client(source, table, series.scenario));
  if (series.scenario.objectives.empty()) {
    return base::bad_input("[load] needs `objectives`",
                           "say what a request must meet: objectives = [\"ttft_ms < 500\"]",
                           reader.place());
  }
  Work& work = series.scenario.work;
  if (series.scenario.kind == LoadKind::Closed && work.distinct == 0) {
    work.distinct = kDistinctOfBurst;
  }
  series.scenario.client.calibrates = false;
  series.scenario.client.keeps_events = false;
  std::ostringstream text;
  text << table;
  series.text = text.str();
  return series;
}

void set_rate(Scenario& scenario, double rate) {
  ASSAY_CHECK(scenario.kind == LoadKind::Open && rate > 0, "a rate is that of an open loop");
  for (Stage& stage : scenario.stages) stage.rate_at_start = stage.rate_at_end = rate;
}

void set_concurrency(Scenario& scenario, std::int64_t concurrency) {
  ASSAY_CHECK(scenario.kind == LoadKind::Closed && concurrency > 0,
              "users who wait are those of a closed loop");
  for (ClosedStage& stage : scenario.closed_stages) stage.concurrency = concurrency;
}

double BurstFigures::share() const {
  return requests == 0 ? 0 : static_cast<double>(met) / static_cast<double>(requests);
}

double BurstFigures::goodput_per_s() const { return static_cast<double>(met) / seconds; }

std::size_t BurstFigures::failures() const {
  return std::accumulate(failed.begin(), failed.end(), std::size_t{0});
}

base::Json BurstFigures::to_json() const {
  const auto known = [](double value) { return value < 0 ? base::Json() : base::Json(value); };
  base::Json failures = base::Json::object();
  for (std::size_t i = 0; i < kFailures; ++i) {
    if (failed[i] > 0) failures[std::string(name_of(static_cast<Failure>(i)))] = failed[i];
  }
  return {{"verdict", std::string(name_of(verdict))},
          {"requests", requests},
          {"met", met},
          {"failed", std::move(failures)},
          {"seconds", seconds},
          {"goodput_per_s", goodput_per_s()},
          {"rate_achieved", rate_achieved},
          {"output_tps", output_tps},
          {"in_flight_mean", in_flight_mean},
          {"ttft_ms_p50", known(ttft_ms_p50)},
          {"ttft_ms_p95", known(ttft_ms_p95)},
          {"itl_ms_p50", known(itl_ms_p50)},
          {"itl_ms_p95", known(itl_ms_p95)},
          {"e2e_ms_p50", known(e2e_ms_p50)},
          {"e2e_ms_p95", known(e2e_ms_p95)}};
}

BurstFigures burst_figures(const Scenario& scenario, const TargetRun& run) {
  const std::vector<Window> windows = windows_of(run.stages);
  const Summary summary = summarise(run.records, windows, scenario.objectives);
  std::vector<RequestRecord> counted;
  std::copy_if(run.records.begin(), run.records.end(), std::back_inserter(counted),
               [&](const RequestRecord& record) {
                 return std::any_of(windows.begin(), windows.end(), [&](const Window& window) {
                   return record.due >= window.from && record.due < window.to;
                 });
               });
  BurstFigures figures;
  VerdictReason verdict = judge_run(summary, run, scenario.kind,
                                    client_budget_ms(summary, scenario.client.lag_budget_ms));
  figures.verdict = verdict.verdict;
  figures.reasons = std::move(verdict.reasons);
  figures.requests = counted.size();
  figures.met = static_cast<std::size_t>(std::count_if(
      counted.begin(), counted.end(),
      [&](const RequestRecord& record) { return meets_all(record, scenario.objectives); }));
  figures.failed = summary.failed;
  figures.seconds = summary.seconds;
  figures.ttft_ms_p50 = quantile_of(counted, Measure::Ttft, 0.5);
  figures.ttft_ms_p95 = quantile_of(counted, Measure::Ttft, 0.95);
  figures.itl_ms_p50 = quantile_of(counted, Measure::Itl, 0.5);
  figures.itl_ms_p95 = quantile_of(counted, Measure::Itl, 0.95);
  figures.e2e_ms_p50 = quantile_of(counted, Measure::E2e, 0.5);
  figures.e2e_ms_p95 = quantile_of(counted, Measure::E2e, 0.95);
  figures.output_tps = summary.output_tps;
  figures.rate_achieved = summary.rate_achieved;
  figures.in_flight_mean = summary.in_flight_mean;
  figures.prompt_tokens_mean =
      mean_known(counted, [](const RequestRecord& record) { return record.prompt_tokens; });
  figures.output_tokens_mean =
      mean_known(counted, [](const RequestRecord& record) { return output_tokens_of(record); });
  return figures;
}

}  // namespace assay::load

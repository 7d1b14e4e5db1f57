#include "report/load_sample_test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::test {
namespace {

using namespace load;  // NOLINT(google-build-using-namespace)

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Standard normal quantiles at kPercentiles.
constexpr std::array<double, kPercentiles.size()> kNormal{0, 1.2816, 1.6449, 2.3263, 3.0902};
/// The sample sizes from which independent values support them.
constexpr std::array<std::size_t, kPercentiles.size()> kSupportedFrom{6, 35, 93, 473, 4900};
constexpr double kTwoPi = 6.283185307179586;

/// One level of load of the invented server.
struct Level {
  const char* name;
  double from_s;
  double to_s;
  double rate;
  double rate_achieved;
  double ttft_ms;  ///< Median.
  double itl_ms;
  double spread;  ///< σ of the logarithm.
  double failed;  ///< Share.
  bool is_warm_up = false;
};
constexpr std::array kLevels{
    Level{"1", 0, 20, 4, 4, 190, 18, 0.3, 0, true},
    Level{"low", 20, 80, 4, 4.02, 92, 17.1, 0.22, 0},
    Level{"middle", 80, 140, 8, 7.95, 118, 19.6, 0.28, 0},
    Level{"high", 140, 200, 12, 11.9, 205, 26.4, 0.42, 0.003},
    Level{"over", 200, 260, 20, 14.1, 2350, 41.2, 0.55, 0.19},
};

/// To three decimals, which every mathematics library agrees on.
double rounded(double value) { return std::round(value * 1000) / 1000; }

base::Nanoseconds seconds(double value) {
  return base::Nanoseconds(static_cast<std::int64_t>(value * 1e9));
}

/// A lognormal sample; failed requests are longer than any.
MeasureSummary lognormal(double median, double spread, std::size_t measured, std::size_t failed) {
  MeasureSummary summary;
  summary.measured = measured;
  summary.failed_before = failed;
  summary.mean = rounded(median * std::exp(spread * spread / 2));
  const std::size_t all = measured + failed;
  summary.effective_size = static_cast<double>(measured) * 0.8;
  const double share_failed = static_cast<double>(failed) / static_cast<double>(all);
  for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
    if (all < kSupportedFrom[i]) continue;
    const double share = kPercentiles[i].share;
    const double width = spread * 2.2 / std::sqrt(static_cast<double>(all) * (1 - share));
    const double value = rounded(median * std::exp(spread * kNormal[i]));
    const double high = share + (1 - share) / 4 > 1 - share_failed
                            ? kInfinity
                            : rounded(value * std::exp(width * 1.2));
    summary.percentiles[i] = {share > 1 - share_failed ? kInfinity : value,
                              {rounded(value * std::exp(-width)), high}};
  }
  return summary;
}

/// A failed request has no time between tokens rather than an endless one.
bool is_censored(Measure measure) { return measure != Measure::Itl && measure != Measure::Tpot; }

Summary summary_of(const Level& level, bool has_objectives) {
  Summary summary;
  summary.seconds = level.to_s - level.from_s;
  summary.sent = static_cast<std::size_t>(level.rate * summary.seconds);
  const auto failed = static_cast<std::size_t>(static_cast<double>(summary.sent) * level.failed);
  summary.completed = summary.sent - failed;
  summary.failed[static_cast<std::size_t>(Failure::Http5xx)] = failed / 4;
  summary.failed[static_cast<std::size_t>(Failure::Cut)] = failed / 16;
  summary.failed[static_cast<std::size_t>(Failure::Timeout)] = failed - failed / 4 - failed / 16;
  const auto put = [&](Measure measure, double median, double spread) {
    summary.measures[static_cast<std::size_t>(measure)] =
        lognormal(median, spread, summary.completed, is_censored(measure) ? failed : 0);
  };
  const double late = level.failed > 0.1 ? 1.6 : 1.004;
  put(Measure::Ttft, level.ttft_ms, level.spread);
  put(Measure::TtftScheduled, level.ttft_ms * late, level.spread);
  put(Measure::Ttfo, level.ttft_ms, level.spread);
  put(Measure::Itl, level.itl_ms, level.spread / 4);
  put(Measure::Tpot, level.itl_ms, level.spread / 4);
  put(Measure::E2e, level.ttft_ms + 127 * level.itl_ms, level.spread / 2);
  put(Measure::E2eScheduled, level.ttft_ms * late + 127 * level.itl_ms, level.spread / 2);
  const double share = level.failed;
  summary.error_rate = {share, {rounded(share * 0.8), rounded(share * 1.2 + 0.006)}};
  summary.rate_achieved = level.rate_achieved;
  summary.output_tps = level.rate_achieved * 128;
  summary.tokens_per_event = 1.02;
  if (has_objectives) {
    const double good = rounded(level.rate_achieved * (level.failed > 0.1 ? 0.12 : 0.97));
    summary.goodput = Figure{good, {rounded(good * 0.97), rounded(good * 1.02)}};
  }
  summary.in_flight_mean =
      rounded(level.rate_achieved * (level.ttft_ms + 127 * level.itl_ms) / 1000);
  return summary;
}

const Level& level_at(double time) {
  const auto found = std::find_if(kLevels.begin(), kLevels.end(),
                                  [time](const Level& level) { return time < level.to_s; });
  return found == kLevels.end() ? kLevels.back() : *found;
}

TimelinePoint timeline_point(double time) {
  const Level& level = level_at(time);
  const double wave = rounded(std::sin(kTwoPi * time / 17) + 0.5 * std::sin(kTwoPi * time / 5.3));
  const bool is_over = level.failed > 0.1;
  const double into = (time - level.from_s) / (level.to_s - level.from_s);
  const double queue = is_over ? 0.15 + 1.8 * into : 1;
  TimelinePoint point;
  point.seconds = time;
  point.width_s = 2;
  point.rate_due = level.rate;
  point.rate_completed = std::max(0.0, level.rate_achieved + wave * 0.5);
  point.rate_failed = is_over && into > 0.4 ? 5 + wave : 0;
  point.output_tps = point.rate_completed * 128;
  point.in_flight =
      level.rate_achieved * (level.ttft_ms * queue + 127 * level.itl_ms) / 1000 + wave;
  if (time >= 168 && time < 172) return point;  // Nothing became due, or nothing was measured.
  const double ttft = level.ttft_ms * queue * (1 + 0.08 * wave);
  point.ttft_ms_p50 = ttft;
  point.ttft_ms_p95 = is_over && into > 0.7 ? kInfinity : ttft * std::exp(1.6449 * level.spread);
  point.ttft_scheduled_ms_p95 = *point.ttft_ms_p95 * (is_over ? 1.6 : 1.01);
  point.e2e_ms_p50 = ttft + 127 * level.itl_ms;
  point.e2e_ms_p95 = (*point.e2e_ms_p50) * std::exp(0.82 * level.spread);
  point.itl_ms_p50 = level.itl_ms * (1 + 0.02 * wave);
  return point;
}

Distribution distribution(Measure measure, double median, double spread, double failed) {
  Distribution of{measure, {}};
  for (int i = 0; i < 120; ++i) {
    const double z = -3 + 6.0 * i / 119;
    const double share = 0.5 * std::erfc(-z / std::sqrt(2.0));
    of.points.push_back({median * std::exp(spread * z), share * (1 - failed)});
  }
  of.points.push_back({of.points.back().value * 1.05, 1 - failed});
  return of;
}

ServerSeries series(const char* name, const char* unit, const char* source, double at_rest,
                    double per_flight, double most) {
  ServerSeries of{name, unit, source, {}};
  for (int i = 0; i <= 260; ++i) {
    const TimelinePoint point = timeline_point(i);
    of.points.push_back(
        {static_cast<double>(i), std::min(most, rounded(at_rest + per_flight * point.in_flight))});
  }
  return of;
}

Threshold threshold(const char* expression) { return *parse_threshold(expression); }

void add_thresholds(TargetReport& target) {
  const std::map<std::string, Figure> figures = figures_of(target.summary);
  for (const char* expression : {"ttft_ms_p95 < 900", "itl_ms_p95 < 30", "error_rate < 0.01",
                                 "goodput > 7.3", "ttft_ms_p999 < 20000"}) {
    JudgedThreshold judged{threshold(expression), Outcome::Inconclusive, std::nullopt};
    if (const auto found = figures.find(judged.threshold.metric); found != figures.end()) {
      judged.figure = found->second;
      judged.outcome = judge(judged.threshold, found->second);
    }
    target.thresholds.push_back(judged);
  }
}

ClientUse client(double cpu_share, double lag_ms) {
  return {1,
          cpu_share,
          0.002,
          {2760, lag_ms / 4, lag_ms, lag_ms * 3},
          {26000, lag_ms / 5, lag_ms * 0.8, lag_ms * 4},
          {321000, 0.011, lag_ms / 6, 0.9},
          true};
}

void add_server(TargetReport& target) {
  target.server = {
      series("resident_memory", "bytes", "/proc", 5.2e9, 2.1e7, 1e12),
      series("cpu", "cores", "/proc", 0.2, 0.08, 7.9),
      series("requests_running", "requests", "/metrics", 0, 1, 32),
      series("requests_waiting", "requests", "/metrics", -32, 1, 1e9),
      series("kv_cache_usage", "share", "/metrics", 0.02, 0.029, 1),
  };
  for (ServerSeries::Point& point : target.server[3].points)
    point.value = std::max(0.0, point.value);
}

TargetReport steps_target() {
  TargetReport target;
  target.target = {"llama", "http://127.0.0.1:8080/v1", "pebble-m", ""};
  target.notes = {
      "Stage \"over\" did not settle: its queue grew to the end, so its figures depend on how long "
      "it ran.",
      "The server did not count output tokens in 12 replies; events with content stand in."};
  for (const Level& level : kLevels) {
    StageRun stage{level.name,
                   seconds(level.from_s),
                   seconds(level.to_s),
                   level.is_warm_up,
                   level.rate,
                   level.rate,
                   0};
    target.stages.push_back({stage, summary_of(level, true), {level.failed < 0.1, 4}});
  }
  target.summary = summary_of({"all", 20, 260, 11, 9.5, 180, 24.4, 0.8, 0.088}, true);
  target.knee = 3;
  add_thresholds(target);
  target.gaps = {321000, 21.2, 44.9, 71.3, 1830, 0.021, 1};
  target.client = client(0.31, 0.21);
  target.client_budget_ms = 5;
  target.calibration =
      Calibration{5, 20, 20, 0, 2560, 0, client(0.12, 0.14), {12800, 0.03, 0.11, 0.6}};
  target.checks = {
      {"in_flight", "time average of samples every 10 ms", "rate × mean E2E (Little's law)", 38.2,
       38.9, true, ""},
      {"output_tokens", "sum of usage in replies", "growth of the server's counter", 301184, 318976,
       false, "the server also answered somebody else, or went on after requests timed out"},
      {"requests", "requests completed", "growth of the server's counter", 2409, 2409, true, ""}};
  for (int i = 0; i < 130; ++i) target.timeline.push_back(timeline_point(2.0 * i));
  target.distributions = {distribution(Measure::Ttft, 180, 0.8, 0.088),
                          distribution(Measure::TtftScheduled, 230, 1.0, 0.088),
                          distribution(Measure::Itl, 24.4, 0.22, 0),
                          distribution(Measure::E2e, 3280, 0.4, 0.088)};
  add_server(target);
  return target;
}

constexpr const char* kSource =
    "name = \"chat at rising rates\"\n"
    "seed = 7\n"
    "objectives = [\"ttft_ms < 500\", \"itl_ms < 40\"]\n"
    "thresholds = [\"ttft_ms_p95 < 900\", \"error_rate < 0.01\"]\n";

LoadReport empty_report(const char* id, const char* name) {
  LoadReport report;
  report.id = id;
  report.name = name;
  report.version = "0.9.0";
  report.started_unix_ms = 1'772'366'400'000;
  report.scenario_source = kSource;
  report.seed = 7;
  report.objectives = {threshold("ttft_ms < 500"), threshold("itl_ms < 40")};
  return report;
}

}  // namespace

LoadReport sample_load_steps() {
  LoadReport report = empty_report("k3f9", "chat at rising rates");
  report.targets = {steps_target()};
  return report;
}

LoadReport sample_load_breakpoint() {
  LoadReport report = empty_report("m2x1", "highest rate for chat");
  TargetReport target = steps_target();
  target.thresholds.clear();
  target.checks.clear();
  target.server.clear();
  target.notes.clear();
  report.targets = {target};
  report.breakpoint = BreakpointResult{12,
                                       13.6,
                                       0.95,
                                       {{4, 14, 58, 58, {0.951, 1}, StepOutcome::Holds},
                                        {8, 9, 71, 71, {0.958, 1}, StepOutcome::Holds},
                                        {16, 6, 94, 61, {0.53, 0.75}, StepOutcome::Breaks},
                                        {12, 41, 488, 478, {0.954, 0.991}, StepOutcome::Holds},
                                        {13.9, 22, 301, 262, {0.82, 0.913}, StepOutcome::Breaks},
                                        {12.9, 60, 774, 736, {0.93, 0.967}, StepOutcome::Open}}};
  report.breakpoint->high = 13.9;
  return report;
}

LoadReport sample_load_two_targets() {
  LoadReport report = empty_report("", "two servers");
  report.kind = LoadKind::Closed;
  report.objectives.clear();
  TargetReport limited;
  limited.target = {"vllm <A&B>", "http://127.0.0.1:8000/v1", "", ""};
  limited.verdict = Verdict::ClientLimited;
  limited.reasons = {"The loop lagged 41 ms at p99, more than the budget of 5 ms.",
                     "The busiest thread used 99% of a core."};
  const Level level{"8 users", 0, 30, 30, 30, 40, 8.1, 0.3, 0};
  StageRun stage{"8 users", seconds(0), seconds(30), false, -1, -1, 8};
  limited.stages = {{stage, summary_of(level, false), {}}};
  limited.summary = limited.stages[0].summary;
  limited.client = client(0.99, 51);
  limited.client.send = {};
  limited.client.read = {};
  limited.client.has_kernel_stamps = false;
  limited.client_budget_ms = 5;
  TargetReport dead;
  dead.target = {"dead", "http://127.0.0.1:9/v1", "", ""};
  dead.verdict = Verdict::ServerFailed;
  dead.reasons = {"None of 40 requests was answered."};
  dead.summary.seconds = 30;
  dead.summary.failed[static_cast<std::size_t>(Failure::Connect)] = 40;
  dead.summary.measures[static_cast<std::size_t>(Measure::Ttft)].failed_before = 40;
  dead.summary.error_rate = {1, {0.912, 1}};
  dead.stages = {{stage, dead.summary, {false, 0}}};
  dead.client_budget_ms = 5;
  report.targets = {limited, dead};
  return report;
}

LiveState sample_live_state() {
  LiveState state;
  state.target = "llama";
  state.stage = "4/5 \"high\"";
  state.elapsed_s = 80;
  state.planned_s = 240;
  state.window_s = 5;
  state.sent = 1204;
  state.completed = 1180;
  state.failed[static_cast<std::size_t>(Failure::Timeout)] = 2;
  state.failed[static_cast<std::size_t>(Failure::Http5xx)] = 1;
  state.in_flight = 21;
  state.rate_sent = 12.1;
  state.rate_completed = 11.9;
  state.output_tps = 1523;
  state.ttft_ms_p50 = 182;
  state.ttft_ms_p95 = 402;
  state.itl_ms_p50 = 21.2;
  state.itl_ms_p95 = 30.4;
  for (int i = 0; i < 60; ++i) state.rates_completed.push_back(i < 5 ? 0 : 4 + (i * 7) % 9);
  return state;
}

LoadComparison sample_load_comparison() {
  LoadComparison comparison;
  comparison.is_paired = true;
  comparison.pairs = 1180;
  comparison.figures = {
      {"ttft_ms_p50", 182, 201, 1.104, {1.061, 1.149}, true, Change::Worse},
      {"ttft_ms_p95", 402, 409, 1.017, {0.91, 1.13}, true, Change::Inconclusive},
      {"itl_ms_p50", 21.2, 19.4, 0.915, {0.9, 0.93}, true, Change::Better},
      {"e2e_ms_p50", 2871, 2880, 1.003, {0.981, 1.026}, true, Change::Same},
      {"error_rate", 0.003, 0.004, 0.001, {-0.0042, 0.0063}, false, Change::Same}};
  comparison.overall = Change::Worse;
  return comparison;
}

}  // namespace assay::test

// Whether the words of `assay load` are right as often as they claim, by simulation: runs against
// queues whose truth is known are compared, and searched for their breakpoints, as the program does
// it. Prints the tables of docs/design/load-statistics.md.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "load/breakpoint.h"
#include "load/comparison.h"
#include "load/queue_test_support.h"
#include "load/rate_step.h"
#include "stats/interval.h"

namespace {

using namespace assay;

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

// Comparisons

constexpr double kServiceS = 0.1;

/// What a server does with requests, in units of its mean service time: how long each waits.
struct Server {
  const char* name;
  double load;  ///< 0: nobody waits, and times are independent.
};

struct SimulatedRun {
  std::vector<load::RequestRecord> records;
  std::vector<load::StageRun> stages;
  load::SentWork sent;

  load::ComparedRun compared() const { return {records, stages, {}, sent}; }
};

/// Where a request's service time comes from.
enum class Work {
  Own,   ///< Drawn anew in each run: only the times of arrival may be shared.
  Same,  ///< Drawn with the schedule, as lengths of prompts are, and 20 % noise of the run's own.
};

/// Every time of the run is `slower` × that of an equal server: a queue's clock runs slower, its
/// waits included, while its load stays the same.
SimulatedRun simulate(const Server& server, Work work, std::size_t count, double slower,
                      std::uint64_t schedule_seed, std::uint64_t seed) {
  base::Random schedule(schedule_seed);
  base::Random random(seed);
  const double rate = (server.load > 0 ? server.load : 0.8) / kServiceS;
  // The queue is let run before, so that it starts as it goes on.
  const std::size_t before = server.load > 0 ? 2000 : 0;
  const auto times = load::poisson_times(rate, count + before, schedule);
  std::vector<double> services;
  for (std::size_t i = 0; i < times.size(); ++i) {
    services.push_back(work == Work::Own
                           ? kServiceS * load::exponential(random)
                           : kServiceS * load::exponential(schedule) * (0.8 + 0.4 * random.unit()));
  }
  std::size_t next = 0;
  std::vector<double> waits(times.size(), 0.0);
  if (server.load > 0) waits = load::queue_waits(times, 1, [&] { return services[next++]; });
  SimulatedRun run;
  const double start = before > 0 ? times[before - 1] : 0;
  for (std::size_t i = before; i < times.size(); ++i) {
    run.records.push_back(load::answered(times[i] - start, slower * (waits[i] + services[i]),
                                         slower * (0.008 + 0.004 * random.unit())));
  }
  load::StageRun stage;
  stage.to = run.records.back().due + base::Nanoseconds(1);
  run.stages = {stage};
  run.sent = {schedule_seed, "", count, true};
  return run;
}

struct Calibration {
  int wrong = 0;   ///< Comparisons with any interval that does not hold the truth.
  int called = 0;  ///< Whose overall word is worse.
  int inconclusive = 0;
  int figures = 0;
  int held = 0;               ///< Of figures, those whose interval holds the truth.
  double log_width = 0;       ///< Of ttft_ms_p50's interval.
  int medians = 0;            ///< How often there was one.
  double log_width_tail = 0;  ///< Of ttft_ms_p95's.
  int tails = 0;              ///< How often there was one.
  int told = 0;               ///< ttft_ms_p50 is called worse.
  int told_tail = 0;          ///< The same of ttft_ms_p95.
  int told_gap = 0;           ///< The same of itl_ms_p50.
};

bool is_time(const std::string& name) { return name.find("_ms_") != std::string::npos; }

void count(const load::LoadComparison& comparison, double slower, Calibration& result) {
  bool wrong = false;
  for (const load::ComparedFigure& figure : comparison.figures) {
    const double truth = is_time(figure.name) ? slower : figure.is_ratio ? 1 : 0;
    const bool holds =
        figure.interval.low <= truth + 1e-12 && truth - 1e-12 <= figure.interval.high;
    wrong = wrong || !holds;
    result.held += holds ? 1 : 0;
    ++result.figures;
    const double width = std::log(figure.interval.high / figure.interval.low);
    const bool told = figure.change == load::Change::Worse;
    if (figure.name == "ttft_ms_p50") {
      result.log_width += width;
      ++result.medians;
      result.told += told ? 1 : 0;
    }
    if (figure.name == "itl_ms_p50") result.told_gap += told ? 1 : 0;
    if (figure.name == "ttft_ms_p95") {
      result.log_width_tail += width;
      ++result.tails;
      result.told_tail += told ? 1 : 0;
    }
  }
  result.wrong += wrong ? 1 : 0;
  result.called += comparison.overall == load::Change::Worse ? 1 : 0;
  result.inconclusive += comparison.overall == load::Change::Inconclusive ? 1 : 0;
}

Calibration calibrate(const Server& server, Work work, std::size_t requests, double slower,
                      bool paired, int runs) {
  Calibration result;
  for (int run = 0; run < runs; ++run) {
    const auto seed = static_cast<std::uint64_t>(run) * 1'000'003 + requests * 17;
    const SimulatedRun before = simulate(server, work, requests, 1, seed, seed + 1);
    const SimulatedRun after =
        simulate(server, work, requests, slower, paired ? seed : seed + 2, seed + 3);
    load::ComparisonPlan plan;
    plan.seed = seed;
    plan.resamples_most = 2500;
    count(load::compare_runs(before.compared(), after.compared(), plan), slower, result);
  }
  return result;
}

std::string mean_width(double log_widths, int intervals) {
  if (intervals == 0) return "–";
  return fmt::format("×{:.2f}", std::exp(log_widths / intervals));
}

void print_comparisons(int runs, double slower, Work work) {
  fmt::print(
      "| server | requests | seeds | called worse | its 95 % interval | any interval wrong | "
      "coverage of one | TTFT p50 given | p95 given | width, p50 | p95 | TTFT p50 told | p95 told "
      "| ITL p50 told |\n|:--|--:|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const Server& server : {Server{"independent times", 0}, Server{"queue at load 0.8", 0.8}}) {
    for (const std::size_t requests : {300U, 1000U, 5000U}) {
      for (const bool paired : {true, false}) {
        if (!paired && work == Work::Same) continue;
        const Calibration row = calibrate(server, work, requests, slower, paired, runs);
        const auto share = [&](int part) { return static_cast<double>(part) / runs; };
        const stats::Interval called = stats::wilson(row.called, runs);
        fmt::print(
            "| {} | {} | {} | {} | {:.1f}–{:.1f} % | {} | {} | {} | {} | {} | {} | {} | {} | {} "
            "|\n",
            server.name, requests, paired ? "same" : "other", percent(share(row.called)),
            100 * called.low, 100 * called.high, percent(share(row.wrong)),
            percent(static_cast<double>(row.held) / row.figures), percent(share(row.medians)),
            percent(share(row.tails)), mean_width(row.log_width, row.medians),
            mean_width(row.log_width_tail, row.tails), percent(share(row.told)),
            percent(share(row.told_tail)), percent(share(row.told_gap)));
        std::fflush(stdout);
      }
    }
  }
  fmt::print("\n");
}

void print_time() {
  const Server server{"queue", 0.8};
  const SimulatedRun before = simulate(server, Work::Own, 100'000, 1, 1, 2);
  for (const bool paired : {true, false}) {
    const SimulatedRun after = simulate(server, Work::Own, 100'000, 1, paired ? 1 : 3, 4);
    const auto start = std::chrono::steady_clock::now();
    load::compare_runs(before.compared(), after.compared(), {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("Two runs of 100,000 requests, {}: {:.1f} s\n", paired ? "paired" : "independent",
               took.count());
  }
}

// Breakpoints

constexpr double kServicesPerS = 20;  ///< Of all servers together.

struct Queue {
  const char* name;
  std::size_t servers;
  bool has_fixed_service;
  double bound_s;  ///< Of the wait.
};

double service_of(const Queue& queue, base::Random& random) {
  const double mean = static_cast<double>(queue.servers) / kServicesPerS;
  return queue.has_fixed_service ? mean : mean * load::exponential(random);
}

/// P(wait > t) of M/M/c by Erlang's C formula.
double share_waiting_longer(std::size_t servers, double load, double bound_in_services) {
  double term = 1;
  double sum = 1;
  const double offered = load * static_cast<double>(servers);
  for (std::size_t i = 1; i < servers; ++i) {
    term *= offered / static_cast<double>(i);
    sum += term;
  }
  term *= offered / static_cast<double>(servers) / (1 - load);
  const double waits = term / (sum + term);
  return waits * std::exp(-static_cast<double>(servers) * (1 - load) * bound_in_services);
}

/// P(wait ≤ t) of M/D/1 (Erlang 1909): (1 − ρ) Σ (−λ(t − kD))^k / k! · e^(λ(t − kD)), D = 1.
double share_within_fixed(double load, double bound_in_services) {
  long double sum = 0;
  for (int k = 0; k <= static_cast<int>(bound_in_services); ++k) {
    const long double x = load * (bound_in_services - k);
    long double term = std::exp(x);
    for (int i = 1; i <= k; ++i) term *= -x / i;
    sum += term;
  }
  return static_cast<double>((1 - load) * sum);
}

/// The rate at which 95 % wait no longer than the bound, by bisection.
double true_breakpoint(const Queue& queue) {
  double low = 0.01;
  double high = 0.9999;
  for (int i = 0; i < 60; ++i) {
    const double load = (low + high) / 2;
    const double services = queue.bound_s * kServicesPerS / static_cast<double>(queue.servers);
    const double within = queue.has_fixed_service
                              ? share_within_fixed(load, services)
                              : 1 - share_waiting_longer(queue.servers, load, services);
    (within >= 0.95 ? low : high) = load;
  }
  return low * kServicesPerS;
}

load::BreakpointStep run_step(const Queue& queue, double rate, const load::BreakpointPlan& plan,
                              base::Random& random) {
  load::StepTest test(rate, plan);
  const auto expected = rate * plan.step_s_max;
  const auto times = load::poisson_times(
      rate, static_cast<std::size_t>(expected + 10 * std::sqrt(expected) + 50), random);
  const auto waits =
      load::queue_waits(times, queue.servers, [&] { return service_of(queue, random); });
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (test.is_over()) return test.finish(times[i]);
    test.take({times[i], waits[i] <= queue.bound_s, waits[i] / queue.bound_s});
  }
  return test.finish(plan.step_s_max);
}

void print_searches(int searches) {
  fmt::print(
      "| queue | bound on the wait | true breakpoint | step at most | held the truth | its 95 % "
      "interval | too high | too low | mean low | mean high | high ÷ low, median | steps | time | "
      "open steps |\n|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const Queue& queue : {Queue{"M/D/1", 1, true, 0.25}, Queue{"M/M/1", 1, false, 0.5},
                             Queue{"M/M/4", 4, false, 0.5}, Queue{"M/M/4", 4, false, 0.1}}) {
    for (const double step_s_max : {60.0, 600.0}) {
      const double truth = true_breakpoint(queue);
      load::BreakpointPlan plan;
      plan.step_s_max = step_s_max;
      plan.rate_first = 2;
      base::Random random(static_cast<std::uint64_t>(queue.bound_s * 100 + step_s_max));
      int held = 0;
      int too_high = 0;
      int too_low = 0;
      double low = 0;
      double high = 0;
      double steps = 0;
      double seconds = 0;
      double open = 0;
      std::vector<double> widths;
      for (int i = 0; i < searches; ++i) {
        load::BreakpointSearch search(plan);
        while (const auto rate = search.next_rate()) {
          const load::BreakpointStep step = run_step(queue, *rate, plan, random);
          seconds += step.seconds;
          open += step.outcome == load::StepOutcome::Open ? 1 : 0;
          search.take(step);
        }
        const load::BreakpointResult result = search.result();
        too_high += result.low > truth ? 1 : 0;
        too_low += result.high && *result.high < truth ? 1 : 0;
        held += result.low <= truth && (!result.high || truth <= *result.high) ? 1 : 0;
        low += result.low / searches;
        high += result.high.value_or(plan.rate_max) / searches;
        widths.push_back(result.low > 0 ? result.high.value_or(plan.rate_max) / result.low
                                        : std::numeric_limits<double>::infinity());
        steps += static_cast<double>(result.steps.size());
      }
      std::sort(widths.begin(), widths.end());
      const stats::Interval coverage = stats::wilson(held, searches);
      fmt::print(
          "| {} | {:.2f} s | {:.2f}/s | {:.0f} s | {} | {:.1f}–{:.1f} % | {} | {} | {:.1f} | "
          "{:.1f} | {:.2f} | {:.1f} | {:.0f} s | {:.1f} |\n",
          queue.name, queue.bound_s, truth, step_s_max,
          percent(static_cast<double>(held) / searches), 100 * coverage.low, 100 * coverage.high,
          too_high, too_low, low, high, widths[widths.size() / 2], steps / searches,
          seconds / searches, open / searches);
      std::fflush(stdout);
    }
  }
  fmt::print("\n");
}

/// One step at rates around the capacity of 20/s, where a queue grows for ever.
void print_overloads(int steps) {
  const Queue queue{"M/M/1", 1, false, 0.5};
  fmt::print(
      "| rate ÷ capacity | step at most | holds | breaks | open | time |\n"
      "|--:|--:|--:|--:|--:|--:|\n");
  for (const double load : {0.5, 0.65, 0.7, 0.8, 0.9, 1.0, 1.05, 1.2, 1.5, 2.0, 4.0}) {
    for (const double step_s_max : {60.0, 600.0}) {
      load::BreakpointPlan plan;
      plan.step_s_max = step_s_max;
      base::Random random(7);
      std::map<load::StepOutcome, int> outcomes;
      double seconds = 0;
      for (int i = 0; i < steps; ++i) {
        const auto step = run_step(queue, load * kServicesPerS, plan, random);
        ++outcomes[step.outcome];
        seconds += step.seconds / steps;
      }
      const auto share = [&](load::StepOutcome outcome) {
        return percent(static_cast<double>(outcomes[outcome]) / steps);
      };
      fmt::print("| {:.2f} | {:.0f} s | {} | {} | {} | {:.0f} s |\n", load, step_s_max,
                 share(load::StepOutcome::Holds), share(load::StepOutcome::Breaks),
                 share(load::StepOutcome::Open), seconds);
      std::fflush(stdout);
    }
  }
  fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::stoi(argv[1]) : 400;
  const std::string table = argc > 2 ? argv[2] : "all";
  const auto wants = [&](const char* name) { return table == "all" || table == name; };
  const auto start = std::chrono::steady_clock::now();
  const int fewer = std::max(runs / 4, 1);
  if (wants("equal")) print_comparisons(runs, 1, Work::Own);
  if (wants("equal_work")) print_comparisons(runs, 1, Work::Same);
  if (wants("slower")) print_comparisons(fewer, 1.1, Work::Own);
  if (wants("slower_work")) print_comparisons(fewer, 1.1, Work::Same);
  if (wants("time")) print_time();
  if (wants("searches")) print_searches(runs);
  if (wants("overloads")) print_overloads(runs);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{:.0f} s\n", took.count());
  return 0;
}

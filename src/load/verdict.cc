#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "load/analysis.h"

namespace assay::load {
namespace {

constexpr double kBudgetLeast_ms = 1;
constexpr double kBudgetShare = 0.05;
constexpr double kCpuShareMost = 0.9;
constexpr double kClientLimitedMost = 0.001;
/// The last of a run failed one and all: the server is gone.
constexpr std::size_t kFailuresAtEnd = 20;
/// Of two accounts of the same thing.
constexpr double kDisagreement = 0.05;

const MeasureSummary& of(const Summary& summary, Measure which) {
  return summary.measures[static_cast<std::size_t>(which)];
}

std::optional<double> median_of(const Summary& summary, Measure which) {
  const auto& median = of(summary, which).percentiles.front();
  if (!median || !std::isfinite(median->value)) return std::nullopt;
  return median->value;
}

std::string most_frequent_failure(const Summary& summary) {
  const auto most = std::max_element(summary.failed.begin(), summary.failed.end());
  const auto failure = static_cast<Failure>(most - summary.failed.begin());
  return fmt::format("{} of them `{}`", *most, name_of(failure));
}

/// In the order of their ends.
std::size_t failures_at_end(const TargetRun& run) {
  std::vector<const RequestRecord*> by_end;
  for (const RequestRecord& record : run.records) by_end.push_back(&record);
  std::sort(by_end.begin(), by_end.end(),
            [](const RequestRecord* a, const RequestRecord* b) { return a->ended > b->ended; });
  const auto answered = std::find_if(by_end.begin(), by_end.end(), [](const RequestRecord* record) {
    return record->failure == Failure::None;
  });
  return static_cast<std::size_t>(answered - by_end.begin());
}

std::vector<std::string> server_failures(const Summary& summary, const TargetRun& run) {
  std::vector<std::string> reasons;
  if (!run.stopped_early.empty()) {
    reasons.push_back(fmt::format("the run was stopped before its end: {}", run.stopped_early));
  }
  const std::size_t ended =
      summary.completed +
      std::accumulate(summary.failed.begin(), summary.failed.end(), std::size_t{0});
  const std::size_t failed = ended - summary.completed;
  if (ended == 0) {
    reasons.emplace_back("no request came to an end in the time that counts");
  } else if (failed * 2 > ended) {
    reasons.push_back(
        fmt::format("{} of {} requests failed, {}", failed, ended, most_frequent_failure(summary)));
  } else if (const std::size_t last = failures_at_end(run); last >= kFailuresAtEnd) {
    reasons.push_back(fmt::format("the last {} requests all failed", last));
  }
  return reasons;
}

bool are_client_limited(const Summary& summary) {
  const auto limited =
      static_cast<double>(summary.failed[static_cast<std::size_t>(Failure::ClientLimited)]);
  return limited > 0 &&
         limited > kClientLimitedMost * (static_cast<double>(summary.sent) + limited);
}

std::vector<std::string> client_limits(const Summary& summary, const ClientUse& client,
                                       LoadKind kind, double budget_ms) {
  std::vector<std::string> reasons;
  if (kind == LoadKind::Open && client.send.ms_p99 > budget_ms) {
    reasons.push_back(fmt::format(
        "requests were sent {:.2f} ms after they were due (p99), more than the {:.2f} ms allowed",
        client.send.ms_p99, budget_ms));
  }
  // Where the kernel stamps what arrives, a late reader harms no time.
  if (!client.has_kernel_stamps && client.loop.ms_p99 > budget_ms) {
    reasons.push_back(fmt::format(
        "this program looked {:.2f} ms late (p99), more than the {:.2f} ms allowed, and the kernel "
        "stamped nothing",
        client.loop.ms_p99, budget_ms));
  }
  if (client.cpu_share > kCpuShareMost) {
    reasons.push_back(
        fmt::format("a thread of this program used {:.0f} % of its core", 100 * client.cpu_share));
  }
  if (are_client_limited(summary)) {
    reasons.push_back(
        fmt::format("{} requests were never sent because every connection was taken",
                    summary.failed[static_cast<std::size_t>(Failure::ClientLimited)]));
  }
  return reasons;
}

bool agree(double ours, double theirs) {
  const double larger = std::max(std::abs(ours), std::abs(theirs));
  return larger == 0 || std::abs(ours - theirs) <= kDisagreement * larger;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Valid:
      return "valid";
    case Verdict::ClientLimited:
      return "client-limited";
    case Verdict::ServerFailed:
      break;
  }
  return "server-failed";
}

double client_budget_ms(const Summary& summary, double asked_ms) {
  if (asked_ms > 0) return asked_ms;
  const auto ttft = median_of(summary, Measure::Ttft);
  const auto typical = ttft ? ttft : median_of(summary, Measure::E2e);
  return std::max(kBudgetLeast_ms, kBudgetShare * typical.value_or(0));
}

VerdictReason judge_run(const Summary& summary, const TargetRun& run, LoadKind kind,
                        double budget_ms) {
  if (auto reasons = server_failures(summary, run); !reasons.empty()) {
    return {Verdict::ServerFailed, std::move(reasons)};
  }
  if (auto reasons = client_limits(summary, run.client, kind, budget_ms); !reasons.empty()) {
    return {Verdict::ClientLimited, std::move(reasons)};
  }
  return {};
}

std::vector<CrossCheck> cross_checks(const Summary& summary, const TargetRun& run) {
  std::vector<CrossCheck> checks;
  if (run.in_flight_sampled >= 0) {
    CrossCheck check{"in_flight",
                     "time average of the requests' own times (Little: rate × time in the system)",
                     "sampled every 10 ms",
                     summary.in_flight_mean,
                     run.in_flight_sampled,
                     true,
                     ""};
    // A sample every 10 ms of less than one request on average says little.
    check.agrees = agree(check.ours, check.theirs) || std::abs(check.ours - check.theirs) < 0.1;
    if (!check.agrees) check.note = "times and counts contradict each other: do not trust either";
    checks.push_back(std::move(check));
  }
  double counted = 0;
  double events = 0;
  for (const RequestRecord& record : run.records) {
    if (record.failure != Failure::None || record.output_tokens < 0) continue;
    counted += static_cast<double>(record.output_tokens);
    events += static_cast<double>(record.content_events);
  }
  if (events > 0) {
    CrossCheck check{"tokens_and_events",
                     "events with output",
                     "the server's `usage`",
                     events,
                     counted,
                     agree(events, counted),
                     ""};
    if (!check.agrees) {
      check.note = counted > events
                       ? "events carry several tokens each: gaps between events are not ITL"
                       : "the server counts fewer tokens than it sent events";
    }
    checks.push_back(std::move(check));
  }
  checks.insert(checks.end(), run.server_checks.begin(), run.server_checks.end());
  return checks;
}

}  // namespace assay::load

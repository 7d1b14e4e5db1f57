#include "load/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "endpoint/twin_thread.h"
#include "load/duration.h"
#include "load/lag_histogram.h"
#include "load/runner.h"

namespace assay::load {
namespace {

constexpr double kSeconds = 1.5;
constexpr double kTimeout_s = 5;
/// Events of all streams together; the twin has to send them on time.
constexpr double kEventsPerSecondMost = 10'000;
constexpr std::int64_t kEventsMost = 16;
/// More than there will be requests: each is told apart by its conversation.
constexpr std::size_t kConversations = 8'192;

std::string user_of(std::size_t conversation) {
  return fmt::format("calibration-{}", conversation);
}

std::string script_of(std::int64_t events) {
  std::string reply;
  for (std::int64_t i = 0; i < events; ++i) reply += i == 0 ? "word" : " word";
  return fmt::format("[twin]\nfirst_token_ms = 10\ntoken_ms = 10\n[[rule]]\nreply = \"{}\"\n",
                     reply);
}

/// The plan's client and shape, at most at the limits, for a short while.
SendPlan calibration_plan(const SendPlan& plan, double rate, const std::string& url) {
  SendPlan own;
  own.address = {url, "twin", ""};
  own.base = net::parse_url(url).value();
  own.kind = plan.kind;
  own.client = plan.client;
  own.client.keeps_events = true;
  own.seed = plan.seed;
  own.timeout = nanoseconds(kTimeout_s);
  StageRun stage;
  stage.name = "calibration";
  stage.to = nanoseconds(kSeconds);
  if (plan.kind == LoadKind::Open) {
    stage.rate_at_start = stage.rate_at_end = rate;
    own.arrivals = schedule_arrivals(Profile({{kSeconds, rate, rate, false, ""}}),
                                     ArrivalProcess::Poisson, plan.seed)
                       .value();
  } else {
    for (const StageRun& run : plan.stages) {
      stage.concurrency = std::max(stage.concurrency, run.concurrency);
    }
    stage.concurrency = std::min(stage.concurrency, kCalibrationUsersMost);
  }
  own.stages = {stage};
  std::vector<Conversation> conversations(kConversations);
  for (std::size_t i = 0; i < conversations.size(); ++i) {
    conversations[i].turns = {"Say something."};
    conversations[i].settings["user"] = user_of(i);
  }
  set_conversations(own, std::move(conversations));
  return own;
}

/// Our stamps of each event against the twin's own times of sending them.
Lag stamp_error(const RecordsInMemory& records, base::MonotonicTime start,
                const endpoint::TwinThread& twin) {
  std::map<std::string, std::vector<std::int64_t>, std::less<>> sent_ns;
  for (endpoint::TwinRecord& record : twin.records()) {
    sent_ns[record.user] = std::move(record.sent_ns);
  }
  std::map<std::uint32_t, const std::vector<std::int64_t>*> of_request;
  for (const NumberedRecord& one : records.numbered()) {
    const auto found = sent_ns.find(user_of(one.record.work));
    if (found != sent_ns.end()) of_request[one.number] = &found->second;
  }
  const std::int64_t twin_starts_ns = (twin.started() - start).count();
  std::map<std::uint32_t, std::size_t> seen;
  LagHistogram error;
  for (const EventRecord& event : records.events()) {
    const auto sent = of_request.find(event.request);
    const std::size_t place = seen[event.request]++;
    if (sent == of_request.end() || place >= sent->second->size()) continue;
    const std::int64_t at_ns = (*sent->second)[place] + twin_starts_ns;
    error.add(base::Nanoseconds(std::abs(event.arrived_ns - at_ns)));
  }
  return error.summary();
}

}  // namespace

double peak_rate(const SendPlan& plan) {
  double peak = 0;
  for (const StageRun& stage : plan.stages) {
    if (stage.name != "trace") peak = std::max({peak, stage.rate_at_start, stage.rate_at_end});
  }
  if (peak > 0 || plan.kind == LoadKind::Closed) return peak;
  std::size_t first = 0;
  for (std::size_t i = 0; i < plan.arrivals.size(); ++i) {
    while (plan.arrivals[i].due - plan.arrivals[first].due > std::chrono::seconds(1)) ++first;
    peak = std::max(peak, static_cast<double>(i - first + 1));
  }
  return peak;
}

base::Result<Calibration> calibrate(const base::Context& context, const SendPlan& plan,
                                    double peak) {
  const double rate = std::min(peak, kCalibrationRateMost);
  const auto events =
      rate > 0 ? std::clamp<std::int64_t>(std::llround(kEventsPerSecondMost / rate), 1, kEventsMost)
               : kEventsMost;
  ASSAY_TRY(const auto twin, endpoint::TwinThread::start(script_of(events), "calibration"));
  const SendPlan own = calibration_plan(plan, rate, twin->url());
  RecordsInMemory records;
  ASSAY_TRY(const SendOutcome outcome, send_all(context, own, "twin", records, {}));
  Calibration calibration;
  calibration.seconds = kSeconds;
  // Of so few arrivals as drawn: at 5 a second they may well be 3.
  calibration.rate_asked = static_cast<double>(own.arrivals.size()) / kSeconds;
  calibration.concurrency = own.stages.front().concurrency;
  const std::vector<RequestRecord> requests = records.records();
  calibration.failed = static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(),
                    [](const RequestRecord& record) { return record.failure != Failure::None; }));
  calibration.rate_achieved = static_cast<double>(requests.size() - calibration.failed) / kSeconds;
  calibration.events_per_s = static_cast<double>(records.events().size()) / kSeconds;
  calibration.client = outcome.client;
  calibration.stamp_error = stamp_error(records, outcome.start, *twin);
  return calibration;
}

}  // namespace assay::load

#include "load/run_json.h"

#include <array>
#include <fstream>

#include "load/run_json_members.h"

namespace assay::load {
namespace {

using base::Result;

constexpr std::string_view kFormat = "assay load run";
constexpr std::int64_t kVersion = 1;

}  // namespace

// The lists of members. They lie outside of the unnamed namespace, where argument-dependent lookup
// finds them from the templates.

static std::array<std::string_view, 3> names_of(StepOutcome) { return {"holds", "breaks", "open"}; }

/// Where to send, never with what key: `key_env` is the name of a variable.
template <typename F>
void members(F& f, MaybeConst<Target> auto& target) {
  f("name", target.name);
  f("url", target.url);
  f("model", target.model);
  f("key_env", target.key_env);
  f("metrics", target.metrics);
}

template <typename F>
void members(F& f, MaybeConst<StageRun> auto& stage) {
  f("name", stage.name);
  f("from_ns", stage.from);
  f("to_ns", stage.to);
  f("is_warm_up", stage.is_warm_up);
  f("rate_at_start", stage.rate_at_start);
  f("rate_at_end", stage.rate_at_end);
  f("concurrency", stage.concurrency);
}

template <typename F>
void members(F& f, MaybeConst<Lag> auto& lag) {
  f("samples", lag.samples);
  f("ms_p50", lag.ms_p50);
  f("ms_p99", lag.ms_p99);
  f("ms_max", lag.ms_max);
}

template <typename F>
void members(F& f, MaybeConst<ClientUse> auto& use) {
  f("threads", use.threads);
  f("cpu_share", use.cpu_share);
  f("run_queue_share", use.run_queue_share);
  f("send", use.send);
  f("loop", use.loop);
  f("read", use.read);
  f("has_kernel_stamps", use.has_kernel_stamps);
}

template <typename F>
void members(F& f, MaybeConst<Calibration> auto& calibration) {
  f("seconds", calibration.seconds);
  f("rate_asked", calibration.rate_asked);
  f("rate_achieved", calibration.rate_achieved);
  f("concurrency", calibration.concurrency);
  f("events_per_s", calibration.events_per_s);
  f("failed", calibration.failed);
  f("client", calibration.client);
  f("stamp_error", calibration.stamp_error);
}

template <typename F>
void members(F& f, MaybeConst<CrossCheck> auto& check) {
  f("name", check.name);
  f("ours_from", check.ours_from);
  f("theirs_from", check.theirs_from);
  f("ours", check.ours);
  f("theirs", check.theirs);
  f("agrees", check.agrees);
  f("note", check.note);
}

template <typename F>
void members(F& f, MaybeConst<ServerSeries::Point> auto& point) {
  f("s", point.seconds);
  f("v", point.value);
}

template <typename F>
void members(F& f, MaybeConst<ServerSeries> auto& series) {
  f("name", series.name);
  f("unit", series.unit);
  f("source", series.source);
  f("points", series.points);
}

/// Without the records.
template <typename F>
void members(F& f, MaybeConst<TargetRun> auto& run) {
  f("stages", run.stages);
  f("client", run.client);
  f("calibration", run.calibration);
  f("in_flight_sampled", run.in_flight_sampled);
  f("server", run.server);
  f("server_checks", run.server_checks);
  f("stopped_early", run.stopped_early);
  f("was_interrupted", run.was_interrupted);
}

template <typename F>
void members(F& f, MaybeConst<EventGaps> auto& gaps) {
  f("gaps", gaps.gaps);
  f("ms_p50", gaps.ms_p50);
  f("ms_p95", gaps.ms_p95);
  f("ms_p99", gaps.ms_p99);
  f("ms_max", gaps.ms_max);
  f("coalesced_share", gaps.coalesced_share);
  f("one_request_in", gaps.one_request_in);
}

template <typename F>
void members(F& f, MaybeConst<StoredTarget> auto& target) {
  f("target", target.target);
  f("run", target.run);
  f("gaps", target.gaps);
}

template <typename F>
void members(F& f, MaybeConst<stats::Interval> auto& interval) {
  f("low", interval.low);
  f("high", interval.high);
}

template <typename F>
void members(F& f, MaybeConst<BreakpointStep> auto& step) {
  f("rate", step.rate);
  f("seconds", step.seconds);
  f("requests", step.requests);
  f("met", step.met);
  f("share", step.share);
  f("outcome", step.outcome);
}

template <typename F>
void members(F& f, MaybeConst<BreakpointResult> auto& result) {
  f("low", result.low);
  f("high", result.high);
  f("confidence", result.confidence);
  f("steps", result.steps);
}

/// What RunHead has comes first, for read_run_head().
template <typename F>
void members(F& f, MaybeConst<StoredRun> auto& run) {
  f("id", run.id);
  f("started_unix_ms", run.started_unix_ms);
  f("assay_version", run.version);
  f("scenario_source", run.scenario_source);
  f("targets", run.targets);
  f("breakpoint", run.breakpoint);
}

namespace {

/// Stops at the first member that is neither the format's nor the head's.
class HeadReader final : public nlohmann::json_sax<base::Json> {
 public:
  RunHead head;
  bool has_id = false;
  bool has_start = false;

  bool key(string_t& name) override {
    key_ = name;
    return !(has_id && has_start);
  }
  bool string(string_t& value) override {
    if (key_ == "id" && depth_ == 1) {
      head.id = value;
      has_id = true;
    }
    return true;
  }
  bool number_integer(number_integer_t value) override { return integer(value); }
  bool number_unsigned(number_unsigned_t value) override {
    return integer(static_cast<std::int64_t>(value));
  }
  bool start_object(std::size_t) override { return ++depth_ < 3; }
  bool end_object() override { return --depth_ > 0; }
  bool start_array(std::size_t) override { return false; }
  bool end_array() override { return false; }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool integer(std::int64_t value) {
    if (key_ == "started_unix_ms" && depth_ == 1) {
      head.started_unix_ms = value;
      has_start = true;
    }
    return true;
  }

  std::string key_;
  int depth_ = 0;
};

}  // namespace

base::Json json_of(const StoredRun& run) {
  base::Json json{{"format", kFormat}, {"version", kVersion}};
  json.update(JsonOf::of(run));
  return json;
}

Result<StoredRun> run_of(const base::Json& json) {
  if (base::string_member(json, "format") != kFormat) {
    return base::bad_input(
        fmt::format("expected the run of a load test, \"format\": \"{}\"", kFormat),
        "point at the folder of a run of `assay load`");
  }
  if (base::integer_member(json, "version") != kVersion) {
    return base::bad_input(
        fmt::format("expected version {} of the format, found another", kVersion),
        "read it with the version of assay that wrote it");
  }
  StoredRun run;
  std::optional<base::Error> failure;
  FromJson from(json, "", failure);
  members(from, run);
  if (failure) return std::move(*failure);
  return run;
}

Result<RunHead> read_run_head(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  HeadReader reader;
  (void)base::Json::sax_parse(stream, &reader);
  if (reader.has_id && reader.has_start) return reader.head;
  return base::bad_input("expected a run's `id` and `started_unix_ms` at the beginning",
                         "the file is damaged; run the test again", file.string());
}

}  // namespace assay::load

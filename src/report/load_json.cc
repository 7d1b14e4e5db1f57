#include <cmath>

#include "report/load_report.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

using base::Json;

/// JSON has no infinity; a percentile that failed requests reach into is one.
Json number(double value) {
  if (std::isnan(value)) return {};
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json measure_json(const load::MeasureSummary& summary) {
  Json json = Json::object();
  for (std::size_t index = 0; index < load::kPercentiles.size(); ++index) {
    const auto& percentile = summary.percentiles[index];
    json[load::kPercentiles[index].name] = percentile ? number(percentile->value) : Json();
  }
  for (std::size_t index = 0; index < load::kPercentiles.size(); ++index) {
    const auto& percentile = summary.percentiles[index];
    const std::string name(load::kPercentiles[index].name);
    json[name + "_low"] = percentile ? number(percentile->interval.low) : Json();
    json[name + "_high"] = percentile ? number(percentile->interval.high) : Json();
  }
  json["mean"] = summary.measured > 0 ? number(summary.mean) : Json();
  json["measured"] = summary.measured;
  json["failed_before"] = summary.failed_before;
  json["effective_size"] = number(summary.effective_size);
  return json;
}

/// What a run and a stage of it have in common.
void add_figures(const load::Summary& summary, Json& json) {
  Json failed = Json::object();
  for (std::size_t index = 1; index < load::kFailures; ++index) {
    failed[load::name_of(static_cast<load::Failure>(index))] = summary.failed[index];
  }
  json["seconds"] = number(summary.seconds);
  json["requests"] = {
      {"sent", summary.sent}, {"completed", summary.completed}, {"failed", std::move(failed)}};
  json["rate_achieved"] = number(summary.rate_achieved);
  for (std::size_t index = 0; index < load::kMeasures; ++index) {
    json[load::name_of(static_cast<load::Measure>(index))] = measure_json(summary.measures[index]);
  }
  json["output_tps"] = number(summary.output_tps);
  const auto& goodput = summary.goodput;
  json["goodput"] = goodput ? number(goodput->value) : Json();
  json["goodput_low"] = goodput ? number(goodput->interval.low) : Json();
  json["goodput_high"] = goodput ? number(goodput->interval.high) : Json();
  json["error_rate"] = number(summary.error_rate.value);
  json["error_rate_low"] = number(summary.error_rate.interval.low);
  json["error_rate_high"] = number(summary.error_rate.interval.high);
  json["tokens_per_event"] =
      summary.tokens_per_event > 0 ? number(summary.tokens_per_event) : Json();
  json["in_flight_mean"] = number(summary.in_flight_mean);
}

void add_lag(const std::string& name, const load::Lag& lag, Json& json) {
  const bool has_any = lag.samples > 0;
  json[name + "_p50"] = has_any ? number(lag.ms_p50) : Json();
  json[name + "_p99"] = has_any ? number(lag.ms_p99) : Json();
  json[name + "_max"] = has_any ? number(lag.ms_max) : Json();
}

Json client_json(const load::ClientUse& client) {
  Json json{{"cpu_share", number(client.cpu_share)},
            {"run_queue_share", number(client.run_queue_share)}};
  add_lag("send_lag_ms", client.send, json);
  add_lag("loop_lag_ms", client.loop, json);
  add_lag("read_lag_ms", client.read, json);
  json["threads"] = client.threads;
  json["kernel_stamps"] = client.has_kernel_stamps;
  return json;
}

Json calibration_json(const std::optional<load::Calibration>& calibration) {
  if (!calibration) return {};
  Json json{{"seconds", number(calibration->seconds)},
            {"rate_asked", number(calibration->rate_asked)},
            {"rate_achieved", number(calibration->rate_achieved)},
            {"concurrency", calibration->concurrency},
            {"events_per_s", number(calibration->events_per_s)},
            {"failed", calibration->failed},
            {"client", client_json(calibration->client)}};
  add_lag("stamp_error_ms", calibration->stamp_error, json);
  return json;
}

Json gaps_json(const load::EventGaps& gaps) {
  const auto of = [&](double value) { return gaps.gaps > 0 ? number(value) : Json(); };
  return {{"gaps", gaps.gaps},
          {"ms_p50", of(gaps.ms_p50)},
          {"ms_p95", of(gaps.ms_p95)},
          {"ms_p99", of(gaps.ms_p99)},
          {"ms_max", of(gaps.ms_max)},
          {"coalesced_share", of(gaps.coalesced_share)},
          {"one_request_in", gaps.one_request_in}};
}

Json checks_json(const std::vector<load::CrossCheck>& checks) {
  Json rows = Json::array();
  for (const load::CrossCheck& check : checks) {
    rows.push_back({{"name", check.name},
                    {"agrees", check.agrees},
                    {"ours", number(check.ours)},
                    {"theirs", number(check.theirs)},
                    {"ours_from", check.ours_from},
                    {"theirs_from", check.theirs_from},
                    {"note", check.note}});
  }
  return rows;
}

Json thresholds_json(const std::vector<load::JudgedThreshold>& thresholds) {
  Json rows = Json::array();
  for (const load::JudgedThreshold& judged : thresholds) {
    const auto& figure = judged.figure;
    rows.push_back({{"expr", judged.threshold.expression},
                    {"ok", judged.outcome == load::Outcome::Met},
                    {"outcome", load::name_of(judged.outcome)},
                    {"value", figure ? number(figure->value) : Json()},
                    {"low", figure ? number(figure->interval.low) : Json()},
                    {"high", figure ? number(figure->interval.high) : Json()}});
  }
  return rows;
}

Json stages_json(const std::vector<load::StageFigures>& stages) {
  Json rows = Json::array();
  for (const load::StageFigures& stage : stages) {
    const bool is_open = stage.stage.rate_at_start >= 0;
    Json row{{"name", stage.stage.name},
             {"from_s", base::to_seconds(stage.stage.from)},
             {"to_s", base::to_seconds(stage.stage.to)},
             {"warm_up", stage.stage.is_warm_up},
             {"rate_at_start", is_open ? number(stage.stage.rate_at_start) : Json()},
             {"rate_at_end", is_open ? number(stage.stage.rate_at_end) : Json()},
             {"concurrency", is_open ? Json() : Json(stage.stage.concurrency)},
             {"steady_from_s", stage.steady.was_reached ? number(stage.steady.seconds) : Json()}};
    add_figures(stage.summary, row);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json knee_json(const load::TargetReport& target) {
  if (!target.knee) return {};
  const load::StageFigures& stage = target.stages[*target.knee];
  return {{"stage", *target.knee},
          {"name", stage.stage.name},
          {"rate_achieved", number(stage.summary.rate_achieved)}};
}

/// The series as a whole; its points are for drawing.
Json server_json(const std::vector<load::ServerSeries>& server) {
  Json rows = Json::array();
  for (const load::ServerSeries& series : server) {
    double sum = 0;
    double least = NAN;
    double most = NAN;
    for (const load::ServerSeries::Point& point : series.points) {
      sum += point.value;
      least = std::fmin(least, point.value);
      most = std::fmax(most, point.value);
    }
    const auto samples = static_cast<double>(series.points.size());
    rows.push_back({{"name", series.name},
                    {"unit", series.unit},
                    {"source", series.source},
                    {"samples", series.points.size()},
                    {"min", number(least)},
                    {"mean", samples > 0 ? number(sum / samples) : Json()},
                    {"max", number(most)},
                    {"last", samples > 0 ? number(series.points.back().value) : Json()}});
  }
  return rows;
}

Json target_json(const load::TargetReport& target) {
  Json json{{"target", target.target.name}, {"url", target.target.url},
            {"model", target.target.model}, {"verdict", load::name_of(target.verdict)},
            {"reasons", target.reasons},    {"notes", target.notes}};
  add_figures(target.summary, json);
  json["event_gaps"] = gaps_json(target.gaps);
  json["client"] = client_json(target.client);
  json["client"]["budget_ms"] = number(target.client_budget_ms);
  json["calibration"] = calibration_json(target.calibration);
  json["checks"] = checks_json(target.checks);
  json["thresholds"] = thresholds_json(target.thresholds);
  json["stages"] = stages_json(target.stages);
  json["knee"] = knee_json(target);
  json["server"] = server_json(target.server);
  return json;
}

Json breakpoint_json(const std::optional<load::BreakpointResult>& breakpoint) {
  if (!breakpoint) return {};
  Json steps = Json::array();
  for (const load::BreakpointStep& step : breakpoint->steps) {
    const double requests = static_cast<double>(step.requests);
    steps.push_back(
        {{"rate", number(step.rate)},
         {"seconds", number(step.seconds)},
         {"requests", step.requests},
         {"met", step.met},
         {"share", step.requests > 0 ? number(static_cast<double>(step.met) / requests) : Json()},
         {"share_low", number(step.share.low)},
         {"share_high", number(step.share.high)},
         {"outcome", load::name_of(step.outcome)}});
  }
  return {{"low", number(breakpoint->low)},
          {"high", breakpoint->high ? number(*breakpoint->high) : Json()},
          {"confidence", number(breakpoint->confidence)},
          {"steps", std::move(steps)}};
}

}  // namespace

Json load_json(const load::LoadReport& report) {
  Json objectives = Json::array();
  for (const load::Threshold& objective : report.objectives) {
    objectives.push_back(objective.expression);
  }
  const bool is_open = report.kind == load::LoadKind::Open;
  Json json{{"id", report.id.empty() ? Json() : Json(report.id)},
            {"name", report.name},
            {"version", report.version},
            {"started", base::iso8601_utc(report.started_unix_ms)},
            {"load", is_open ? "open" : "closed"},
            {"arrivals", is_open ? Json(load::name_of(report.arrivals)) : Json()},
            {"seed", report.seed},
            {"objectives", std::move(objectives)}};
  if (report.targets.size() == 1) {
    json.update(target_json(report.targets.front()));
  } else {
    json["verdict"] = load::name_of(worst_verdict(report));
    json["targets"] = Json::array();
    for (const load::TargetReport& target : report.targets) {
      json["targets"].push_back(target_json(target));
    }
  }
  json["breakpoint"] = breakpoint_json(report.breakpoint);
  json["scenario"] = report.scenario_source;
  return json;
}

}  // namespace assay::report

#include "cli/load_run.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "base/file.h"
#include "cli/load_itl.h"
#include "cli/load_verdict.h"
#include "load/record_file.h"
#include "load/records_csv.h"
#include "load/run_folder.h"
#include "load/runner.h"
#include "report/load_live_view.h"
#include "report/load_report.h"

namespace assay::cli {
namespace {

using base::Status;

std::filesystem::path runs_folder(const base::Context& context) { return context.home / "load"; }

/// "chat-20261120-193300": what it was and when, in the order of time.
std::string id_of(const base::Context& context, const load::Scenario& scenario) {
  std::string name;
  for (const char c : scenario.name.empty() ? std::string("load") : scenario.name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool is_capital = c >= 'A' && c <= 'Z';
    name += is_plain ? c : is_capital ? static_cast<char>(c - 'A' + 'a') : '-';
  }
  std::string digits;
  for (const char c : base::iso8601_utc(context.clock.wall_unix_ms())) {
    if (c >= '0' && c <= '9') digits += c;
    if (c == 'T') digits += '-';
  }
  return fmt::format("{}-{}", name.substr(0, 40), digits);
}

/// A folder of its own, also for two runs of one second.
base::Result<std::string> make_folder(const base::Context& context,
                                      const load::Scenario& scenario) {
  const std::filesystem::path runs = runs_folder(context);
  std::error_code failure;
  std::filesystem::create_directories(runs, failure);
  const std::string first = id_of(context, scenario);
  std::string id = first;
  for (int number = 2; !failure && !std::filesystem::create_directory(runs / id, failure);
       ++number) {
    id = fmt::format("{}-{}", first, number);
  }
  if (!failure) return id;
  return base::errno_error(failure.value(), "create the folder of the run", (runs / id).string());
}

Status check_itl(const std::string& convention, const load::Scenario& scenario) {
  const auto found = load::find_itl_convention(convention);
  if (!found || !load::needs_events(*found) || scenario.client.keeps_events) return base::Done{};
  return base::bad_input(
      fmt::format("{} computes this from the events of replies, of which this scenario keeps none",
                  convention),
      "leave out `events = false` in [client]", "--itl-convention");
}

/// As asked for by --itl-convention; empty when nothing was.
base::Result<std::vector<ItlBeside>> itl_asked(const std::string& convention,
                                               const std::filesystem::path& folder,
                                               const load::StoredRun& run,
                                               const load::Scenario& scenario) {
  const auto found = load::find_itl_convention(convention);
  if (!found) return std::vector<ItlBeside>();
  ASSAY_TRY_DONE(check_itl(convention, scenario));
  return itl_beside(folder, run, *found);
}

std::string json_text(const load::LoadReport& report, const std::vector<ItlBeside>& itl) {
  base::Json json = report::load_json(report);
  if (!itl.empty()) json["itl_convention"] = itl_json(itl);
  return base::dump_json(json) + "\n";
}

/// Of the first target, with the numbers by which its events name them.
base::Result<std::string> requests_csv(const load::StoredRun& run,
                                       const std::filesystem::path& folder) {
  const load::TargetRun& first = run.targets.front().run;
  ASSAY_TRY(const auto numbers, load::read_request_numbers(load::target_folder(folder, 0)));
  std::ostringstream rows;
  ASSAY_TRY_DONE(load::write_requests_csv(rows, first.records, first.stages, numbers));
  return rows.str();
}

Status write_outputs(base::Context& context, const LoadOutputs& outputs, const load::StoredRun& run,
                     const load::Scenario& scenario, const load::LoadReport& report,
                     const std::filesystem::path& folder) {
  const std::string html = report::load_html(report);
  ASSAY_TRY_DONE(base::write_file(folder / "report.html", html));
  if (!outputs.html.empty()) ASSAY_TRY_DONE(base::write_file(outputs.html, html));
  if (!outputs.junit.empty()) {
    ASSAY_TRY_DONE(base::write_file(outputs.junit, report::load_junit(report)));
  }
  if (!outputs.csv.empty()) {
    ASSAY_TRY(const std::string rows, requests_csv(run, folder));
    ASSAY_TRY_DONE(base::write_file(outputs.csv, rows));
  }
  ASSAY_TRY(const auto itl, itl_asked(outputs.itl_convention, folder, run, scenario));
  if (outputs.json) {
    context.out << json_text(report, itl) << std::flush;
  } else {
    context.out << report::load_text(report, context.terminal) << itl_text(itl) << std::flush;
  }
  return base::Done{};
}

/// Tells what goes on before and during a target's run.
base::Result<load::StoredTarget> run_one(base::Context& context, const load::Scenario& scenario,
                                         const load::Target& target,
                                         const std::filesystem::path& folder,
                                         std::optional<load::BreakpointResult>& breakpoint) {
  report::LoadLiveView view(context);
  load::RunSettings settings;
  settings.folder = folder;
  settings.on_live = [&](const load::LiveState& state) { view.update(state); };
  settings.on_step = [&](const std::string& step) {
    context.err << fmt::format("{}: {}\n", target.name, step) << std::flush;
  };
  load::StoredTarget stored;
  stored.target = target;
  ASSAY_TRY(load::RunOutcome outcome, load::run_target(context, scenario, target, settings));
  view.finish();
  if (context.interrupt.requested() && outcome.run.records.empty()) {
    return base::Error{base::ErrorKind::Interrupted, "interrupted before anything was measured", "",
                       ""};
  }
  stored.run = std::move(outcome.run);
  breakpoint = std::move(outcome.breakpoint);
  ASSAY_TRY(stored.gaps, load::read_event_gaps(folder));
  return stored;
}

}  // namespace

Status choose_targets(const LoadTargetFlags& flags, load::Scenario& scenario) {
  if (!flags.url.empty()) {
    scenario.targets = {{flags.url, flags.url, flags.model, flags.key_env}};
  }
  if (!scenario.targets.empty()) return base::Done{};
  return base::bad_input("the scenario names no endpoint",
                         "add [[target]] with url = \"http://127.0.0.1:8080/v1\", or give --url");
}

Status run_load(base::Context& context, const load::Scenario& scenario,
                const LoadOutputs& outputs) {
  if (scenario.breakpoint && scenario.targets.size() > 1) {
    return base::bad_input("a [breakpoint] is searched on one target, and the scenario has several",
                           "write a scenario for each, or choose one with --url");
  }
  // Said before the run, not after an hour of it.
  ASSAY_TRY_DONE(check_itl(outputs.itl_convention, scenario));
  load::StoredRun run;
  ASSAY_TRY(run.id, make_folder(context, scenario));
  run.version = ASSAY_VERSION;
  run.started_unix_ms = context.clock.wall_unix_ms();
  run.scenario_source = scenario.source;
  const std::filesystem::path folder = runs_folder(context) / run.id;
  for (const load::Target& target : scenario.targets) {
    ASSAY_TRY(load::StoredTarget stored,
              run_one(context, scenario, target, load::target_folder(folder, run.targets.size()),
                      run.breakpoint));
    run.targets.push_back(std::move(stored));
    if (context.interrupt.requested()) break;
  }
  ASSAY_TRY_DONE(load::write_run(folder, run));
  const load::LoadReport report = load::analyse(run, scenario);
  ASSAY_TRY_DONE(write_outputs(context, outputs, run, scenario, report, folder));
  context.err << fmt::format("kept as {}; report: {}\n", run.id, (folder / "report.html").string());
  return status_of(report);
}

Status show_load(base::Context& context, const LoadShowFlags& flags) {
  ASSAY_TRY(const std::filesystem::path folder, load::find_run(runs_folder(context), flags.id));
  ASSAY_TRY(const load::StoredRun run, load::read_run(folder));
  ASSAY_TRY(const load::Scenario scenario,
            load::parse_scenario(run.scenario_source, (folder / "run.json").string(), folder));
  const load::LoadReport report = load::analyse(run, scenario);
  std::string text;
  ASSAY_TRY(const auto itl, itl_asked(flags.itl_convention, folder, run, scenario));
  if (flags.format == "json") {
    text = json_text(report, itl);
  } else if (flags.format == "junit") {
    text = report::load_junit(report);
  } else if (flags.format == "html") {
    text = report::load_html(report);
  } else if (flags.format == "csv") {
    ASSAY_TRY(text, requests_csv(run, folder));
  } else if (flags.format == "events") {
    std::ostringstream rows;
    ASSAY_TRY_DONE(load::write_events_csv(rows, load::target_folder(folder, 0)));
    text = rows.str();
  } else if (flags.format == "scenario") {
    text = run.scenario_source;
  } else {
    text = report::load_text(report, context.terminal) + itl_text(itl);
  }
  if (flags.out.empty()) {
    context.out << text;
    return base::Done{};
  }
  ASSAY_TRY_DONE(base::write_file(flags.out, text));
  context.err << fmt::format("wrote {}\n", flags.out);
  return base::Done{};
}

}  // namespace assay::cli

#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/text.h"
#include "cli/gates.h"
#include "cli/study_freshness.h"
#include "cli/study_record.h"
#include "cli/study_run.h"
#include "cli/verb.h"
#include "report/junit.h"
#include "report/report.h"

namespace assay::cli {
namespace {

using base::Json;
using base::Status;

struct ReportArguments {
  std::string id;
  std::string format = "terminal";
  std::string out;
  std::string at;  ///< A JSON pointer: only that value.
  std::vector<std::string> fail_on;
  bool json = false;
};

Status show_status(base::Context& context, const ReportArguments& arguments) {
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const store::StudyRow study, find_study(journal, arguments.id));
  ASSAY_TRY(const Json status, status_json(journal, study));
  if (arguments.json) {
    context.out << base::dump_json(status) << '\n';
    return base::Done{};
  }
  const Json& trials = status["trials"];
  context.out << fmt::format(
      "{}  {}  {} of {} trials done: {} scored, {} failed, {} infrastructure\n", study.id,
      study.state, trials["done"].get<std::int64_t>(), trials["planned"].get<std::int64_t>(),
      trials["scored"].get<std::int64_t>(), trials["failed"].get<std::int64_t>(),
      trials["infrastructure"].get<std::int64_t>());
  if (study.state != "done") {
    context.out << fmt::format("go on with: assay study resume {}\n", study.id);
  } else if (trials["done"] < trials["planned"]) {
    context.out << "the other trials were not needed: cells were decided early, or void\n";
  }
  return base::Done{};
}

/// The value that a JSON pointer names, as a person would paste it: text without its quotes.
base::Result<std::string> value_at(const Json& report, const std::string& pointer) {
  try {
    const Json& value = report.at(Json::json_pointer(pointer));
    return (value.is_string() ? value.get<std::string>() : base::dump_json(value)) + "\n";
  } catch (const Json::exception&) {
    return base::bad_input(fmt::format("the report has nothing at `{}`", pointer),
                           "give a JSON pointer such as /decision/headline or "
                           "/models/0/cells/1/delta; `--json` shows the whole report");
  }
}

Status show_report(base::Context& context, const ReportArguments& arguments) {
  ASSAY_TRY(const std::vector<finding::Gate> gates, gates_of(arguments.fail_on));
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const store::StudyRow study, find_study(journal, arguments.id));
  ASSAY_TRY(finding::StudyFinding found, find_out(journal, study));
  note_changes(context, study, found);
  const Json record = report::to_json(found);
  const std::vector<finding::GateFailure> failures = finding::failed_gates(gates, record);
  std::string text;
  if (!arguments.at.empty()) {
    ASSAY_TRY(text, value_at(record, arguments.at));
  } else if (arguments.format == "json") {
    text = base::dump_json(record) + "\n";
  } else if (arguments.format == "junit") {
    text = report::to_junit(found, failures);
  } else if (arguments.format == "html") {
    text = report::to_html(found);
  } else if (arguments.format == "markdown") {
    text = report::to_markdown(found);
  } else {
    text = report::to_terminal(found, context.terminal);
  }
  if (arguments.out.empty()) {
    context.out << text;
  } else {
    ASSAY_TRY_DONE(base::write_file(arguments.out, text));
    context.err << fmt::format("wrote {}\n", arguments.out);
  }
  return status_of(failures);
}

Status list_studies(base::Context& context, bool json) {
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const std::vector<store::StudyRow> studies, journal.studies());
  Json records = Json::array();
  std::size_t width = 5;
  for (const store::StudyRow& study : studies) {
    ASSAY_TRY(Json status, status_json(journal, study));
    status["name"] = study.name;
    status["created"] = base::iso8601_utc(study.created_unix_ms);
    records.push_back(std::move(status));
    width = std::max(width, study.id.size());
  }
  if (json) {
    context.out << base::dump_json(Json{{"studies", std::move(records)}}) << '\n';
    return base::Done{};
  }
  context.out << fmt::format("{:<{}}  {:<12}  {:>13}  created\n", "study", width, "state",
                             "trials");
  for (const Json& record : records) {
    const std::string trials = fmt::format("{}/{}", record["trials"]["done"].get<std::int64_t>(),
                                           record["trials"]["planned"].get<std::int64_t>());
    context.out << fmt::format("{:<{}}  {:<12}  {:>13}  {}\n", record["study"].get<std::string>(),
                               width, record["state"].get<std::string>(), trials,
                               record["created"].get<std::string>());
  }
  return base::Done{};
}

void add_model_options(CLI::App& command, StudyArguments& arguments) {
  command.add_option("file", arguments.target, "The study file (TOML)")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--models", arguments.models,
                  "Models in place of the file's: a folder of .gguf files, a .gguf file, or "
                  "URL#model of an OpenAI-compatible endpoint; may be given several times")
      ->type_name("DIR|FILE|URL#MODEL")
      ->take_all()
      ->allow_extra_args(false);
  command
      .add_option("--key-env", arguments.key_env,
                  "Environment variable that holds the key for a URL given by --models")
      ->type_name("NAME");
  command.add_flag("--allow-single", arguments.allow_single,
                   "Permit fewer than three repeats; no verdicts are printed then");
  command.add_flag("--fixed", arguments.fixed,
                   "Run the whole grid and judge it once, in place of stopping cells early");
  add_json_flag(command, arguments.json);
}

void add_plan(CLI::App& study, Action& chosen) {
  auto arguments = std::make_shared<StudyArguments>();
  CLI::App* command =
      add_command(study, "plan", "Show the cells and what running them would take; runs nothing",
                  "  assay study plan examples/quickstart/study.toml\n"
                  "  assay study plan study.toml --models ~/models --json");
  add_model_options(*command, *arguments);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return plan_study(context, *arguments); };
  });
}

void add_run(CLI::App& study, Action& chosen) {
  auto arguments = std::make_shared<StudyArguments>();
  CLI::App* command =
      add_command(study, "run", "Smoke-test the models, run every trial, report and decide",
                  "  assay study run examples/quickstart/study.toml --yes\n"
                  "  assay study run study.toml --models http://127.0.0.1:11434/v1#qwen3:8b");
  add_model_options(*command, *arguments);
  command->add_flag("-y,--yes", arguments->yes, "Accept the envelope without asking");
  add_fail_on(*command, arguments->fail_on);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return run_study(context, *arguments); };
  });
}

void add_resume(CLI::App& study, Action& chosen) {
  auto arguments = std::make_shared<StudyArguments>();
  CLI::App* command =
      add_command(study, "resume", "Go on with a study that was interrupted or killed",
                  "  assay study resume latest --yes");
  add_study_id(*command, arguments->target);
  command->add_flag("-y,--yes", arguments->yes, "Accept the envelope without asking");
  add_fail_on(*command, arguments->fail_on);
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return resume_study(context, *arguments); };
  });
}

void add_status(CLI::App& study, Action& chosen) {
  auto arguments = std::make_shared<ReportArguments>();
  CLI::App* command =
      add_command(study, "status", "How far a study is", "  assay study status latest --json");
  add_study_id(*command, arguments->id);
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return show_status(context, *arguments); };
  });
}

void add_report(CLI::App& study, Action& chosen) {
  auto arguments = std::make_shared<ReportArguments>();
  CLI::App* command = add_command(study, "report", "The finding cards and the decision",
                                  "  assay study report latest\n"
                                  "  assay study report latest --format html --out report.html\n"
                                  "  assay study report latest --format junit --fail-on worse");
  add_study_id(*command, arguments->id);
  command->add_option("--format", arguments->format, "terminal, markdown, html, json or junit")
      ->check(CLI::IsMember({"terminal", "markdown", "html", "json", "junit"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->add_flag_callback(
      "--json", [arguments] { arguments->format = "json"; }, "The same as --format json");
  command
      ->add_option("--at", arguments->at,
                   "Print one value of the JSON report, by its JSON pointer: /decision/headline")
      ->type_name("POINTER");
  add_fail_on(*command, arguments->fail_on);
  command->add_option("--out", arguments->out, "Write to this file instead of stdout")
      ->type_name("FILE");
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return show_report(context, *arguments); };
  });
}

void add_list(CLI::App& study, Action& chosen) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      add_command(study, "list", "Every study in the journal, newest first", "  assay study list");
  add_json_flag(*command, *json);
  command->callback([json, &chosen] {
    chosen = [json](base::Context& context) { return list_studies(context, *json); };
  });
}

}  // namespace

void add_study(CLI::App& app, Action& chosen) {
  CLI::App* study = add_command(app, "study", "Plan, run, resume and report studies",
                                "  assay study run examples/quickstart/study.toml --yes");
  study->require_subcommand(1);
  add_plan(*study, chosen);
  add_run(*study, chosen);
  add_resume(*study, chosen);
  add_status(*study, chosen);
  add_report(*study, chosen);
  add_list(*study, chosen);
}

}  // namespace assay::cli

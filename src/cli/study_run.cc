#include "cli/study_run.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <iostream>

#include "base/text.h"
#include "cli/gates.h"
#include "cli/study_freshness.h"
#include "cli/study_record.h"
#include "report/report.h"
#include "store/journal.h"
#include "study/runner.h"

namespace assay::cli {
namespace {

using base::Json;
using base::Result;
using base::Status;

Result<study::Plan> plan_of_file(const base::Context& context, const StudyArguments& arguments) {
  ASSAY_TRY(study::StudySpec spec, study::load_spec(arguments.target));
  study::PlanOptions options{arguments.allow_single, {}, context.home, arguments.fixed};
  for (const std::string& argument : arguments.models) {
    ASSAY_TRY(const std::vector<study::ModelSpec> models,
              study::models_from_argument(argument, arguments.key_env));
    options.models.insert(options.models.end(), models.begin(), models.end());
  }
  return study::make_plan(std::move(spec), options);
}

/// Whether the plan in the journal looks at its cells only once.
bool is_fixed(const Json& plan) {
  const Json* design = base::find_member(plan, "design");
  const Json* looks = design == nullptr ? nullptr : base::find_member(*design, "looks");
  return looks != nullptr && looks->size() == 1;
}

/// The plan as it was when the study began; anything it rests on that changed since is an error.
Result<study::Plan> plan_of_journal(const base::Context& context, const store::StudyRow& row) {
  const std::filesystem::path file(row.file);
  ASSAY_TRY(study::StudySpec spec, study::parse_spec(row.source, row.file, file.parent_path()));
  spec.file = file;
  ASSAY_TRY(const Json plan_then, base::parse_json(row.plan));
  study::PlanOptions options{true, {}, context.home, is_fixed(plan_then)};
  ASSAY_TRY(options.models, study::models_of_plan(plan_then, file.parent_path()));
  ASSAY_TRY(study::Plan plan, study::make_plan(std::move(spec), options));
  if (plan.hash == row.hash) return plan;
  return base::bad_input(
      "the task packs changed since this study began, so its trials would not compare",
      fmt::format("start a new one with `assay study run {}`", row.file), row.file);
}

/// A journal that trials go into. Damage is found before anything is added to it.
Result<store::Journal> open_sound_journal(const base::Context& context, bool must_exist) {
  ASSAY_TRY(store::Journal journal, open_journal(context, must_exist));
  ASSAY_TRY_DONE(journal.check_pages());
  return journal;
}

void print_envelope(std::ostream& out, const study::Plan& plan) {
  out << fmt::format("study  {}   models {} · cells {} · canaries {} · repeats {}\n", plan.id,
                     plan.models.size(), plan.cells.size(), plan.canaries.size(),
                     plan.spec.repeats);
  out << fmt::format(
      "envelope  {} runs · at most {} tokens · about {} (a guess until the smoke run)",
      plan.envelope.runs, plan.envelope.tokens_worst,
      base::human_duration(plan.envelope.wall_s_estimate));
  if (plan.envelope.cost_usd_worst) {
    out << fmt::format(" · at most {:.2f} USD", *plan.envelope.cost_usd_worst);
  }
  out << '\n';
  if (plan.verdicts() && !plan.design.fixed()) {
    out << fmt::format("looks  after {} canaries; cells that are decided by then stop\n",
                       fmt::join(plan.design.looks, ", "));
  }
  if (plan.envelope.runs_confirmation > 0) {
    out << fmt::format("confirmation  at most {} more runs, where several levels win\n",
                       plan.envelope.runs_confirmation);
  }
  const std::string broken = study::exceeded_bound(plan.envelope, plan.spec.budget);
  if (!broken.empty()) out << fmt::format("budget  {}\n", broken);
  for (const std::string& note : plan.notes) out << "note: " << note << '\n';
  if (!plan.verdicts()) {
    out << "note: fewer than three repeats: no verdict will be printed and nothing decided\n";
  }
}

void print_cells(std::ostream& out, const study::Plan& plan) {
  std::size_t width = 4;
  for (const study::Cell& cell : plan.cells) width = std::max(width, base::display_width(cell.id));
  out << fmt::format("\n{:<{}}  moves\n", "cell", width);
  for (const study::Cell& cell : plan.cells) {
    std::string moved;
    for (const study::Setting& setting : cell.moves) {
      moved += fmt::format("{}{} to {}", moved.empty() ? "" : ", ", setting.factor->name,
                           study::level_text(setting.value));
    }
    if (cell.kind == study::CellKind::Baseline) {
      moved = "nothing: ";
      for (const study::Setting& setting : plan.spec.baseline) {
        moved += fmt::format("{}={} ", setting.factor->name, study::level_text(setting.value));
      }
    } else if (cell.kind != study::CellKind::Level) {
      moved += fmt::format(" ({})", study::name_of(cell.kind));
    }
    out << fmt::format("{:<{}}  {}\n", cell.id, width, base::trim(moved));
  }
}

bool ask(base::Context& context, const std::string& question) {
  context.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(context.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Status execute(base::Context& context, const study::Plan& plan, store::Journal& journal,
               const StudyArguments& arguments) {
  ASSAY_TRY(const std::vector<finding::Gate> gates, gates_of(arguments.fail_on));
  study::RunOptions options;
  options.accept_envelope = arguments.yes;
  if (context.terminal.in_is_terminal) {
    options.confirm = [&](const std::string& question) { return ask(context, question); };
  }
  ASSAY_TRY_DONE(study::run_study(context, plan, journal, options));
  ASSAY_TRY(const store::StudyRow row, find_study(journal, plan.id));
  ASSAY_TRY(finding::StudyFinding finding, find_out(journal, row));
  note_changes(context, row, finding);
  ASSAY_TRY(const std::filesystem::path page, write_reports(context, finding));
  if (arguments.json) {
    ASSAY_TRY(Json status, status_json(journal, row));
    status["report"] = page.string();
    context.out << base::dump_json(status) << '\n';
  } else {
    context.out << report::to_terminal(finding, context.terminal);
    context.out << fmt::format("\nreport: {}\n", page.string());
  }
  return status_of(finding::failed_gates(gates, report::to_json(finding)));
}

}  // namespace

Status plan_study(base::Context& context, const StudyArguments& arguments) {
  ASSAY_TRY(const study::Plan plan, plan_of_file(context, arguments));
  if (arguments.json) {
    context.out << base::dump_json(plan.to_json()) << '\n';
    return base::Done{};
  }
  print_envelope(context.out, plan);
  print_cells(context.out, plan);
  context.out << fmt::format("\nrun it with: assay study run {}\n", arguments.target);
  return base::Done{};
}

Status run_study(base::Context& context, const StudyArguments& arguments) {
  ASSAY_TRY_DONE(gates_of(arguments.fail_on));
  ASSAY_TRY(const study::Plan plan, plan_of_file(context, arguments));
  ASSAY_TRY(store::Journal journal, open_sound_journal(context, false));
  print_envelope(context.err, plan);
  ASSAY_TRY_DONE(journal.add_study({plan.id, plan.hash, plan.spec.name,
                                    std::filesystem::absolute(plan.spec.file).string(),
                                    plan.spec.source, base::dump_json(plan.to_json()), "planned",
                                    context.clock.wall_unix_ms()}));
  return execute(context, plan, journal, arguments);
}

Status resume_study(base::Context& context, const StudyArguments& arguments) {
  ASSAY_TRY(store::Journal journal, open_sound_journal(context, true));
  ASSAY_TRY(const store::StudyRow row, find_study(journal, arguments.target));
  ASSAY_TRY(const study::Plan plan, plan_of_journal(context, row));
  ASSAY_TRY(const store::TrialCounts counts, journal.counts(row.id));
  context.err << fmt::format("resuming {}: {} of {} trials are done\n", plan.id, counts.done,
                             plan.envelope.runs);
  return execute(context, plan, journal, arguments);
}

}  // namespace assay::cli

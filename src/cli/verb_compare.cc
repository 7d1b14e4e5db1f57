#include <memory>
#include <ostream>

#include "cli/gates.h"
#include "cli/study_record.h"
#include "cli/verb.h"
#include "finding/comparison.h"
#include "report/comparison.h"
#include "report/report.h"

namespace assay::cli {
namespace {

using base::Json;
using base::Result;

struct CompareArguments {
  std::string first;
  std::string second;
  finding::CellChoice cells;
  std::vector<std::string> fail_on;
  bool json = false;
};

Result<finding::ComparisonSide> side_of(store::Journal& journal, const std::string& id) {
  ASSAY_TRY(store::StudyRow row, find_study(journal, id));
  ASSAY_TRY(std::vector<store::TrialRow> trials, journal.trials(row.id));
  ASSAY_TRY(finding::StudyFinding found, find_out(journal, row));
  return finding::ComparisonSide{std::move(row), std::move(trials), std::move(found)};
}

base::Status compare(base::Context& context, const CompareArguments& arguments) {
  if (arguments.cells.first.empty() && !arguments.cells.second.empty()) {
    return base::usage_error("--with needs --cell",
                             "--cell names a cell of the first study, --with one of the second");
  }
  ASSAY_TRY(const std::vector<finding::Gate> gates, gates_of(arguments.fail_on));
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const finding::ComparisonSide first, side_of(journal, arguments.first));
  ASSAY_TRY(const finding::ComparisonSide second, side_of(journal, arguments.second));
  ASSAY_TRY(const finding::StudyComparison comparison,
            finding::compare_studies(first, second, arguments.cells));
  const Json record = report::comparison_json(comparison);
  context.out << (arguments.json ? base::dump_json(record) + "\n"
                                 : report::comparison_text(comparison, context.terminal));
  return status_of(finding::failed_gates(gates, record, report::to_json(second.finding)));
}

}  // namespace

void add_compare(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* command =
      add_command(app, "compare", "What changed between two studies, cell by cell",
                  "  assay compare chores-1a2b3c4d chores-5e6f7a8b --fail-on worse\n"
                  "  assay compare latest latest --cell small/baseline --with large/baseline");
  command->add_option("first", arguments->first, "The study to compare with: its id or beginning")
      ->required()
      ->type_name("ID1");
  command->add_option("second", arguments->second, "The study whose change is asked for, or latest")
      ->required()
      ->type_name("ID2");
  command
      ->add_option("--cell", arguments->cells.first,
                   "Only this cell of the first study, such as small/baseline")
      ->type_name("CELL");
  command
      ->add_option("--with", arguments->cells.second,
                   "The cell of the second study to compare it with; the same one when not given")
      ->type_name("CELL");
  add_fail_on(*command, arguments->fail_on);
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return compare(context, *arguments); };
  });
}

}  // namespace assay::cli

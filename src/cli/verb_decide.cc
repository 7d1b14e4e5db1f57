#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "cli/study_record.h"
#include "cli/verb.h"
#include "report/report.h"

namespace assay::cli {
namespace {

struct DecideArguments {
  std::string id;
  bool json = false;
};

base::Status decide(base::Context& context, const DecideArguments& arguments) {
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const store::StudyRow study, find_study(journal, arguments.id));
  ASSAY_TRY(const finding::StudyFinding found, find_out(journal, study));
  const finding::Decision& decision = found.decision;
  if (arguments.json) {
    base::Json record = report::to_json(found)["decision"];
    record["study"] = found.study;
    context.out << base::dump_json(record) << '\n';
    return base::Done{};
  }
  context.out << decision.headline << '\n';
  if (!decision.caveat.empty()) context.out << "But: " << decision.caveat << '\n';
  for (const std::string& reason : decision.reasons) context.out << "  + " << reason << '\n';
  for (const std::string& reason : decision.against) context.out << "  - " << reason << '\n';
  if (decision.made) {
    context.out << fmt::format("deploy it with: assay export {} --for {}\n", found.study,
                               is_guest(found, decision.model) ? "llama-server" : "openai");
  }
  return base::Done{};
}

}  // namespace

void add_decide(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<DecideArguments>();
  CLI::App* command =
      add_command(app, "decide", "Which model and settings a study says to ship, and why",
                  "  assay decide latest");
  add_study_id(*command, arguments->id);
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return decide(context, *arguments); };
  });
}

}  // namespace assay::cli

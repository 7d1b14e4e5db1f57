#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "base/file.h"
#include "cli/study_record.h"
#include "cli/verb.h"
#include "finding/export_config.h"

namespace assay::cli {
namespace {

struct ExportArguments {
  std::string id;
  std::string format;
  std::string out;
};

base::Status export_decision(base::Context& context, const ExportArguments& arguments) {
  ASSAY_TRY(const finding::ExportFormat format, finding::parse_export_format(arguments.format));
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const store::StudyRow study, find_study(journal, arguments.id));
  ASSAY_TRY(const finding::StudyFinding found, find_out(journal, study));
  ASSAY_TRY(const std::string config, finding::export_config(found, format));
  if (arguments.out.empty()) {
    context.out << config;
    return base::Done{};
  }
  ASSAY_TRY_DONE(base::write_file(arguments.out, config));
  context.err << fmt::format("wrote {}\n", arguments.out);
  return base::Done{};
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = add_command(app, "export", "The measured configuration, ready to deploy",
                                  "  assay export latest --for llama-server > serve.sh\n"
                                  "  assay export latest --for openai");
  add_study_id(*command, arguments->id);
  command
      ->add_option("--for", arguments->format,
                   "llama-server (a shell script) or openai (a request)")
      ->required()
      ->type_name("TARGET");
  command->add_option("--out", arguments->out, "Write to this file instead of stdout")
      ->type_name("FILE");
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return export_decision(context, *arguments); };
  });
}

}  // namespace assay::cli

#include "cli/study_record.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "finding/analysis.h"
#include "finding/export_config.h"
#include "report/report.h"
#include "study/runner.h"

namespace assay::cli {

using base::Json;
using base::Result;

Result<store::Journal> open_journal(const base::Context& context, bool must_exist) {
  const std::filesystem::path file = study::journal_file(context);
  std::error_code failure;
  if (must_exist && !std::filesystem::exists(file, failure)) {
    return base::bad_input("no study was run under this home yet",
                           "run one with `assay study run FILE`, or name another --home",
                           context.home.string());
  }
  std::filesystem::create_directories(context.home, failure);
  if (failure)
    return base::errno_error(failure.value(), "create the folder", context.home.string());
  return store::Journal::open(file);
}

Result<store::StudyRow> find_study(store::Journal& journal, const std::string& id) {
  ASSAY_TRY(std::vector<store::StudyRow> studies, journal.studies());
  if (id == "latest" && !studies.empty()) return std::move(studies.front());
  const store::StudyRow* found = nullptr;
  std::vector<std::string> ids;
  std::size_t matches = 0;
  for (const store::StudyRow& study : studies) {
    if (study.id == id) return study;
    ids.push_back(study.id);
    if (!study.id.starts_with(id)) continue;
    found = &study;
    ++matches;
  }
  if (matches == 1) return *found;
  const auto suggestion = base::nearest(id, ids);
  return base::bad_input(matches > 1 ? fmt::format("{} studies start with `{}`", matches, id)
                                     : fmt::format("no study `{}` in the journal", id),
                         suggestion ? fmt::format("did you mean `{}`?", *suggestion)
                                    : "`assay study list` names them; `latest` is the newest");
}

Result<finding::StudyFinding> find_out(store::Journal& journal, const store::StudyRow& study) {
  ASSAY_TRY(const std::vector<store::TrialRow> trials, journal.trials(study.id));
  ASSAY_TRY(const std::vector<store::EventRow> events, journal.events(study.id));
  ASSAY_TRY(finding::StudyFinding found, finding::analyse(study, trials, events));
  found.decision = finding::decide(found);
  return found;
}

Result<Json> status_json(store::Journal& journal, const store::StudyRow& study) {
  ASSAY_TRY(const Json plan, base::parse_json(study.plan));
  ASSAY_TRY(const store::TrialCounts counts, journal.counts(study.id));
  return Json{{"study", study.id},
              {"state", study.state},
              {"trials",
               {{"planned", base::integer_member(plan, "runs").value_or(0)},
                {"done", counts.done},
                {"scored", counts.scored},
                {"failed", counts.failed},
                {"infrastructure", counts.infrastructure}}}};
}

bool is_guest(const finding::StudyFinding& finding, const std::string& name) {
  return std::any_of(finding.models.begin(), finding.models.end(),
                     [&](const auto& model) { return model.model == name && model.url.empty(); });
}

Result<std::filesystem::path> write_reports(const base::Context& context,
                                            const finding::StudyFinding& finding) {
  const std::filesystem::path folder =
      std::filesystem::absolute(study::study_folder(context, finding.study)).lexically_normal();
  ASSAY_TRY_DONE(base::write_file(folder / "report.html", report::to_html(finding)));
  ASSAY_TRY_DONE(base::write_file(folder / "report.md", report::to_markdown(finding)));
  for (const finding::ModelFinding& model : finding.models) {
    ASSAY_TRY_DONE(base::write_file(folder / fmt::format("card-{}.md", model.model),
                                    report::card_to_markdown(finding, model)));
    ASSAY_TRY_DONE(
        base::write_file(folder / fmt::format("card-{}.json", model.model),
                         base::dump_json_pretty(report::card_to_json(finding, model)) + "\n"));
  }
  ASSAY_TRY_DONE(base::write_file(folder / "report.json",
                                  base::dump_json_pretty(report::to_json(finding)) + "\n"));
  if (finding.decision.made) {
    if (is_guest(finding, finding.decision.model)) {
      ASSAY_TRY(const std::string server,
                finding::export_config(finding, finding::ExportFormat::LlamaServer));
      ASSAY_TRY_DONE(base::write_file(folder / "deploy-llama-server.sh", server));
    }
    ASSAY_TRY(const std::string request,
              finding::export_config(finding, finding::ExportFormat::OpenAi));
    ASSAY_TRY_DONE(base::write_file(folder / "deploy-openai.json", request));
  }
  return folder / "report.html";
}

}  // namespace assay::cli

// What the verbs that look at a finished or running study share: finding it in the journal and
// turning its rows into findings.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "finding/finding.h"
#include "store/journal.h"

namespace assay::cli {

/// Opens the journal under context.home. With `must_exist`, a missing one is BadInput, not created.
base::Result<store::Journal> open_journal(const base::Context& context, bool must_exist);

/// The study with that id, the only one whose id starts so, or the newest for "latest".
base::Result<store::StudyRow> find_study(store::Journal& journal, const std::string& id);

/// Analyses the study's rows and decides.
base::Result<finding::StudyFinding> find_out(store::Journal& journal, const store::StudyRow& study);

/// The contract of `study status --json`.
base::Result<base::Json> status_json(store::Journal& journal, const store::StudyRow& study);

/// Whether assay served that model itself, so that a server's configuration can be written for it.
bool is_guest(const finding::StudyFinding& finding, const std::string& name);

/// Writes report, cards, decision and deployable configurations into the study's folder and returns
/// the path of the HTML report.
base::Result<std::filesystem::path> write_reports(const base::Context& context,
                                                  const finding::StudyFinding& finding);

}  // namespace assay::cli

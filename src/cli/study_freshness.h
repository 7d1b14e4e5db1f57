// What has changed outside the journal since a study ran: its file, task packs, model files, engine
// and machine. Called by the verbs that report and verify.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "finding/finding.h"
#include "report/verification.h"
#include "store/journal.h"

namespace assay::cli {

/// Plans again from the study file as it is now, or, where it is gone, from its journaled text, and
/// says what differs from the journaled plan. An error where it cannot be planned any more: the
/// file is malformed, a model file or a task pack is gone. Starts nothing.
base::Result<std::vector<finding::PlanChange>> changes_since(const base::Context& context,
                                                             const store::StudyRow& row);

/// Sets `finding.changes` where that can be said.
void note_changes(const base::Context& context, const store::StudyRow& row,
                  finding::StudyFinding& finding);

/// What `report::verify_card` compares a card with. `derived` is the card made from the journal.
report::Present look_around(const base::Context& context, const store::StudyRow& row,
                            const base::Json& derived);

}  // namespace assay::cli

// How a case's messages are put to a model: the cell's template and system prompt around what the
// case says, and the messages that later turns add. Pure functions.
#pragma once

#include <string>

#include "base/json.h"
#include "endpoint/chat.h"
#include "study/plan.h"
#include "task/case.h"

namespace assay::study {

/// The messages a conversation opens with: in front the template's system message, else the cell's
/// system prompt, unless the case brings one of its own; the template around the case's last user
/// message (in a message of parts, around its first text); reasoning of the case's own assistant
/// messages left out when the cell echoes none.
base::Json opening_messages(const Cell& cell, const task::Case& canary);

/// Adds a reply, with its reasoning when the cell echoes it, and the user's next message. A call in
/// the reply is answered by an empty tool message: servers refuse one that stays open.
void append_turn(const Cell& cell, const endpoint::ChatReply& reply, const std::string& next,
                 base::Json& messages);

/// {"system": …, "user": …}, without what is empty.
base::Json prompt_json(const PromptTemplate& prompt);

}  // namespace assay::study

// Reference-based scorers: from a reply and an expectation to a value in [0, 1] and a reason.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "task/case.h"

namespace assay::task {

struct ReplyToolCall {
  std::string name;
  std::string arguments;  ///< JSON text, perhaps malformed.
};

/// What a scorer may look at.
struct Reply {
  std::string text;
  std::vector<ReplyToolCall> tool_calls;
};

struct Score {
  double value = 0;    ///< 0..1.
  std::string reason;  ///< One line: "expected 42, found 41".
};

struct ScorerRow {
  std::string_view name;
  std::string_view expects;  ///< "a string", "a number", …
  std::string_view meaning;  ///< One sentence for the reference.
};

/// Every scorer, in the reference's order.
std::span<const ScorerRow> scorers();

/// Empty against empty is 1. An error means the scorer itself could not judge (scorer_failure): a
/// pattern too costly, for example; a wrong or unreadable answer is a Score of 0.
base::Result<Score> score(const Case& task_case, const Reply& reply);

/// Whether the case's scorer is known and its expectation has the shape the scorer wants.
base::Status check_case(const Case& task_case);

}  // namespace assay::task

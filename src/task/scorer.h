// Reference-based scorers: from a reply and an expectation to a value in [0, 1] and a reason.
// Everything here is a pure function, safe from any thread. docs/reference/scorers.md is generated
// from the table.
#pragma once

#include <functional>
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
  double value = 0;    ///< 0..1; so far every scorer gives 0 or 1.
  std::string reason;  ///< One line of at most 200 columns: "expected 42, found "41"".
};

/// A case's scorer with its options and expectation read; judges any number of replies.
using Scorer = std::function<base::Result<Score>(const Reply&)>;

/// A further field of the scorer object.
struct ScorerOption {
  std::string_view name;
  std::string_view type;      ///< "true or false", "a number, 0 or more", …
  std::string_view fallback;  ///< What holds when it is not written, as JSON.
  std::string_view meaning;   ///< One sentence for the reference.
};

struct ScorerRow {
  std::string_view name;
  std::string_view expects;  ///< "a string", "a number", …
  std::string_view meaning;  ///< For the reference: what gives 1, and the rules of reading.
  std::string_view example;  ///< A whole JSONL line.
  std::span<const ScorerOption> options;
  /// BadInput when an option or the expectation is not what the scorer wants.
  base::Result<Scorer> (*make)(const Case&);
};

/// Every scorer, in the reference's order.
std::span<const ScorerRow> scorers();

/// The options that every scorer takes besides its own.
std::span<const ScorerOption> common_scorer_options();

/// BadInput with the nearest name when there is no such scorer.
base::Result<const ScorerRow*> find_scorer(std::string_view name);

/// Reads the case's scorer; the context of its errors is the key ("scorer.tolerance"). The scorer
/// does not refer to the case afterwards.
base::Result<Scorer> make_scorer(const Case& task_case);

/// Empty against empty is 1. An error means the scorer itself could not judge (scorer_failure): a
/// pattern too costly, for example; a wrong or unreadable answer is a Score of 0.
base::Result<Score> score(const Case& task_case, const Reply& reply);

/// Whether the case's scorer is known and its expectation has the shape the scorer wants.
base::Status check_case(const Case& task_case);

/// docs/reference/scorers.md, whole.
std::string scorer_reference();

}  // namespace assay::task

// The makers behind the scorer table, one file per family: score_text, score_regex, score_number,
// score_json, score_tool_call. Called through the table only.
#pragma once

#include "task/scorer.h"

namespace assay::task {

base::Result<Scorer> make_exact(const Case& task_case);
base::Result<Scorer> make_normalized(const Case& task_case);
base::Result<Scorer> make_contains(const Case& task_case);
base::Result<Scorer> make_regex(const Case& task_case);
base::Result<Scorer> make_numeric(const Case& task_case);
base::Result<Scorer> make_json_equal(const Case& task_case);
base::Result<Scorer> make_tool_call(const Case& task_case);

/// JSON a model wrote is looked at up to this size. Members keep their order, which makes objects
/// with very many of them slow to read.
inline constexpr std::size_t kReplyJsonBytesMax = std::size_t{256} << 10U;

/// BadInput when JSON of a reply is larger; `what` names it, "the reply".
base::Status refuse_large_json(std::string_view json, std::string_view what);

/// 1 or 0 with "expected …, found …" as its reason.
Score pass_or_fail(bool passed, std::string_view expected, std::string_view found);

}  // namespace assay::task

#include "task/scorer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "task/json_member.h"
#include "task/reasoning.h"
#include "task/scorer_families.h"
#include "task/scorer_option.h"
#include "task/wording.h"

namespace assay::task {
namespace {

constexpr std::size_t kReasonColumns = 200;
constexpr std::string_view kKeepReasoning = "keep_reasoning";

base::Status reject_unknown_options(const Case& task_case, const ScorerRow& row) {
  std::vector<std::string> known{"type"};
  for (const ScorerOption& option : row.options) known.emplace_back(option.name);
  for (const ScorerOption& option : common_scorer_options()) known.emplace_back(option.name);
  return reject_unknown_members(task_case.scorer, known, "scorer.",
                                fmt::format("the scorer `{}`", row.name));
}

/// What every scorer does, whatever it compares: leave the reasoning out, keep the reason short.
Scorer with_common_rules(Scorer scorer, bool keeps_reasoning) {
  return [scorer = std::move(scorer), keeps_reasoning](const Reply& reply) -> base::Result<Score> {
    Reply answer = reply;
    if (!keeps_reasoning) answer.text = answer_after_reasoning(reply.text);
    ASSAY_TRY(Score score, scorer(answer));
    score.reason = one_line(score.reason, kReasonColumns);
    return score;
  };
}

}  // namespace

Score pass_or_fail(bool passed, std::string_view expected, std::string_view found) {
  return {passed ? 1.0 : 0.0, fmt::format("expected {}, found {}", expected, found)};
}

base::Status refuse_large_json(std::string_view json, std::string_view what) {
  if (json.size() <= kReplyJsonBytesMax) return base::Done{};
  return base::bad_input(
      fmt::format("expected at most {} of JSON in {}, found {}",
                  base::human_bytes(kReplyJsonBytesMax), what, base::human_bytes(json.size())),
      "lower max_tokens");
}

base::Result<const ScorerRow*> find_scorer(std::string_view name) {
  std::vector<std::string> names;
  for (const ScorerRow& row : scorers()) {
    if (row.name == name) return &row;
    names.emplace_back(row.name);
  }
  return base::bad_input(fmt::format("expected a scorer, found {}", in_quotes(name)),
                         did_you_mean(name, names), "scorer");
}

base::Result<Scorer> make_scorer(const Case& task_case) {
  const auto type = base::string_member(task_case.scorer, "type");
  if (!type) {
    return wrong_value("scorer", "a scorer's name or an object with its `type`", task_case.scorer);
  }
  ASSAY_TRY(const ScorerRow* row, find_scorer(*type));
  ASSAY_TRY_DONE(reject_unknown_options(task_case, *row));
  ASSAY_TRY(const bool keeps_reasoning, flag_option(task_case, kKeepReasoning, false));
  ASSAY_TRY(Scorer scorer, row->make(task_case));
  return with_common_rules(std::move(scorer), keeps_reasoning);
}

base::Result<Score> score(const Case& task_case, const Reply& reply) {
  ASSAY_TRY(const Scorer scorer, make_scorer(task_case));
  return scorer(reply);
}

base::Status check_case(const Case& task_case) {
  ASSAY_TRY_DONE(make_scorer(task_case));
  return base::Done{};
}

}  // namespace assay::task

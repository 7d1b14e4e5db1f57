// json_equal: the JSON in the reply compared with the expected value.
#include "task/json_difference.h"
#include "task/json_in_reply.h"
#include "task/scorer_families.h"
#include "task/scorer_option.h"
#include "task/wording.h"

namespace assay::task {
namespace {

constexpr std::size_t kShownColumns = 60;

std::string shown(const base::Json& value) {
  return one_line(base::dump_json(value), kShownColumns);
}

base::Result<Score> score_json(const base::Json& expected, const JsonRule& rule,
                               const Reply& reply) {
  ASSAY_TRY_DONE(refuse_large_json(reply.text, "the reply"));
  const auto found = json_in_reply(reply.text, expected);
  if (!found) return pass_or_fail(false, shown(expected), "no JSON in " + in_quotes(reply.text));
  if (auto difference = json_difference(expected, *found, rule)) return Score{0, *difference};
  return pass_or_fail(true, shown(expected), shown(*found));
}

}  // namespace

base::Result<Scorer> make_json_equal(const Case& task_case) {
  JsonRule rule;
  ASSAY_TRY(rule.subset, flag_option(task_case, "subset", false));
  const base::Json expected = task_case.expect;
  return Scorer([expected, rule](const Reply& reply) { return score_json(expected, rule, reply); });
}

}  // namespace assay::task

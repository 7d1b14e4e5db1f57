// numeric: a number in the reply compared with the expected one.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "task/json_member.h"
#include "task/number_in_text.h"
#include "task/scorer_families.h"
#include "task/scorer_option.h"
#include "task/wording.h"

namespace assay::task {
namespace {

const std::array<std::string, 3> kWhich{"last", "first", "only"};

struct NumericRule {
  double expected = 0;
  double tolerance = 0;
  double relative_tolerance = 0;
  std::string which;
  DecimalMark mark = DecimalMark::Point;
};

bool is_close(const NumericRule& rule, double found) {
  if (found == rule.expected) return true;
  const double allowed =
      std::max(rule.tolerance, rule.relative_tolerance * std::abs(rule.expected));
  if (allowed == 0) return false;
  // Decimal fractions are not exact in binary: 1.1 is to be within 0.1 of 1.
  const double rounding = 4 * std::numeric_limits<double>::epsilon() *
                          std::max(std::abs(found), std::abs(rule.expected));
  return std::abs(found - rule.expected) <= allowed + rounding;
}

std::string expected_words(const NumericRule& rule) {
  std::string words = fmt::format("{}", rule.expected);
  if (rule.tolerance > 0) words += fmt::format(" within {}", rule.tolerance);
  if (rule.relative_tolerance > 0)
    words += fmt::format(" within {} of it", rule.relative_tolerance);
  return words;
}

Score score_numeric(const NumericRule& rule, const Reply& reply) {
  const std::vector<FoundNumber> numbers = numbers_in(reply.text, rule.mark);
  if (numbers.empty()) {
    return pass_or_fail(false, expected_words(rule), "no number in " + in_quotes(reply.text));
  }
  if (rule.which == "only" && numbers.size() > 1) {
    return pass_or_fail(false, expected_words(rule) + " alone",
                        fmt::format("{} numbers in {}", numbers.size(), in_quotes(reply.text)));
  }
  const FoundNumber& number = rule.which == "first" ? numbers.front() : numbers.back();
  return pass_or_fail(is_close(rule, number.value), expected_words(rule), in_quotes(number.text));
}

}  // namespace

base::Result<Scorer> make_numeric(const Case& task_case) {
  if (!task_case.expect.is_number() || !std::isfinite(task_case.expect.get<double>())) {
    base::Error failure = wrong_value("expect", "a number", task_case.expect);
    if (task_case.expect.is_string()) failure.hint = "write the number without quotes";
    return failure;
  }
  NumericRule rule;
  rule.expected = task_case.expect.get<double>();
  ASSAY_TRY(rule.tolerance, size_option(task_case, "tolerance", 0));
  ASSAY_TRY(rule.relative_tolerance, size_option(task_case, "relative_tolerance", 0));
  ASSAY_TRY(rule.which, choice_option(task_case, "which", kWhich));
  ASSAY_TRY(const bool decimal_comma, flag_option(task_case, "decimal_comma", false));
  if (decimal_comma) rule.mark = DecimalMark::Comma;
  return Scorer(
      [rule](const Reply& reply) -> base::Result<Score> { return score_numeric(rule, reply); });
}

}  // namespace assay::task

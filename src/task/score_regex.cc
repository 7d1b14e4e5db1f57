// regex: a pattern found in the reply, matched by ICU with a bound on its work.
#include <fmt/core.h>
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <memory>

#include "base/text.h"
#include "task/json_member.h"
#include "task/scorer_families.h"
#include "task/scorer_option.h"
#include "task/wording.h"

namespace assay::task {
namespace {

constexpr std::size_t kPatternBytesMax = 4096;
constexpr std::size_t kTextBytesMax = std::size_t{64} << 10U;

// ICU counts ten thousand saved states as one tick. A linear pattern takes a few ticks; one that
// backtracks without end would take for ever. The allowance shrinks with the text, because a step
// that compares a back-reference costs as much as the text is long.
constexpr std::int32_t kTicksMax = 1000;
constexpr std::int32_t kFullAllowanceUnits = 4096;

std::int32_t tick_allowance(std::int32_t text_units) {
  return kTicksMax / (1 + text_units / kFullAllowanceUnits);
}

icu::UnicodeString wide_text(std::string_view utf8) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
}

struct RegexRule {
  std::string shown;  ///< The pattern as the case has it.
  std::shared_ptr<const icu::RegexPattern> pattern;
  bool full = false;
};

base::Result<std::shared_ptr<const icu::RegexPattern>> compile(const std::string& text,
                                                               bool keeps_case) {
  if (text.size() > kPatternBytesMax) {
    return base::bad_input(fmt::format("expected a pattern of at most {} bytes, found {}",
                                       kPatternBytesMax, text.size()),
                           "", "expect");
  }
  UParseError place{};
  UErrorCode status = U_ZERO_ERROR;
  const std::uint32_t flags = keeps_case ? 0U : static_cast<std::uint32_t>(UREGEX_CASE_INSENSITIVE);
  std::shared_ptr<const icu::RegexPattern> pattern(
      icu::RegexPattern::compile(wide_text(text), flags, place, status));
  if (U_FAILURE(status)) {
    return base::bad_input(
        fmt::format("expected a regular expression, found {}: {} near character {}",
                    in_quotes(text), u_errorName(status), place.offset),
        "write each backslash twice in JSON: \"\\\\d+\"", "expect");
  }
  return pattern;
}

base::Error cannot_judge(const RegexRule& rule, std::string_view why) {
  return base::bad_input(fmt::format("expected a reply that {} can be matched with, found {}",
                                     in_quotes(rule.shown), why),
                         "use a pattern without nested repetitions, or a shorter max_tokens",
                         "scorer regex");
}

base::Result<Score> score_regex(const RegexRule& rule, const Reply& reply) {
  const std::string_view text = base::trim(reply.text);
  if (text.size() > kTextBytesMax) {
    return cannot_judge(rule,
                        fmt::format("a reply of {}, more than {}", base::human_bytes(text.size()),
                                    base::human_bytes(kTextBytesMax)));
  }
  const icu::UnicodeString wide = wide_text(text);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexMatcher> matcher(rule.pattern->matcher(wide, status));
  if (U_SUCCESS(status)) matcher->setTimeLimit(tick_allowance(wide.length()), status);
  const bool passed =
      U_SUCCESS(status) && (rule.full ? matcher->matches(status) : matcher->find(0, status)) != 0;
  if (U_FAILURE(status)) {
    return cannot_judge(rule, fmt::format("too much work ({})", u_errorName(status)));
  }
  return pass_or_fail(passed, "a match of " + in_quotes(rule.shown), in_quotes(text));
}

}  // namespace

base::Result<Scorer> make_regex(const Case& task_case) {
  if (!task_case.expect.is_string() || task_case.expect.get_ref<const std::string&>().empty()) {
    return wrong_value("expect", "a regular expression in a string", task_case.expect);
  }
  RegexRule rule;
  rule.shown = task_case.expect.get<std::string>();
  ASSAY_TRY(rule.full, flag_option(task_case, "full", false));
  ASSAY_TRY(const bool keeps_case, flag_option(task_case, "case_sensitive", true));
  ASSAY_TRY(rule.pattern, compile(rule.shown, keeps_case));
  return Scorer([rule](const Reply& reply) { return score_regex(rule, reply); });
}

}  // namespace assay::task

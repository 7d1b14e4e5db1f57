// exact, normalized, contains: a text compared with one or several expected texts.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "task/fold.h"
#include "task/scorer_families.h"
#include "task/scorer_option.h"
#include "task/wording.h"

namespace assay::task {
namespace {

/// `"a"`, or `any of "a", "b"`.
std::string expected_words(const std::vector<std::string>& expected, std::string_view which) {
  if (expected.size() == 1) return in_quotes(expected.front());
  std::string listed;
  for (const std::string& text : expected) {
    listed += (listed.empty() ? "" : ", ") + in_quotes(text);
    // The reason is one line; what does not fit on it need not be put together.
    if (listed.size() > 200) break;
  }
  return fmt::format("{} {}", which, base::ellipsize(listed, 100));
}

struct ContainsRule {
  std::vector<std::string> expected;
  bool all = false;
  bool whole_words = true;
  LetterCase letter_case = LetterCase::Fold;
};

bool holds(const std::u32string& text, const std::string& expected, const ContainsRule& rule) {
  const std::u32string needle = fold(expected, rule.letter_case);
  if (needle.empty()) return text.empty();
  if (rule.whole_words) return contains_words(text, needle);
  return text.find(needle) != std::u32string::npos;
}

Score score_contains(const ContainsRule& rule, const Reply& reply) {
  const std::u32string text = fold(reply.text, rule.letter_case);
  const auto held = [&](const std::string& expected) { return holds(text, expected, rule); };
  if (!rule.all) {
    const bool passed = std::any_of(rule.expected.begin(), rule.expected.end(), held);
    return pass_or_fail(passed, "text with " + expected_words(rule.expected, "any of"),
                        in_quotes(reply.text));
  }
  const auto missing = std::find_if_not(rule.expected.begin(), rule.expected.end(), held);
  if (missing == rule.expected.end()) {
    return pass_or_fail(true, "text with " + expected_words(rule.expected, "all of"),
                        in_quotes(reply.text));
  }
  return pass_or_fail(false, "text with " + in_quotes(*missing), in_quotes(reply.text));
}

}  // namespace

base::Result<Scorer> make_exact(const Case& task_case) {
  ASSAY_TRY(std::vector<std::string> expected, expected_texts(task_case));
  ASSAY_TRY(const bool trims, flag_option(task_case, "trim", true));
  return Scorer([expected, trims](const Reply& reply) -> base::Result<Score> {
    const auto seen = [trims](std::string_view text) { return trims ? base::trim(text) : text; };
    const bool passed = std::any_of(expected.begin(), expected.end(), [&](const std::string& text) {
      return seen(text) == seen(reply.text);
    });
    return pass_or_fail(passed, expected_words(expected, "one of"), in_quotes(reply.text));
  });
}

base::Result<Scorer> make_normalized(const Case& task_case) {
  ASSAY_TRY(std::vector<std::string> expected, expected_texts(task_case));
  return Scorer([expected](const Reply& reply) -> base::Result<Score> {
    const auto words = [](const std::string& text) {
      return words_only(fold(text, LetterCase::Fold));
    };
    const std::u32string found = words(reply.text);
    const bool passed = std::any_of(expected.begin(), expected.end(),
                                    [&](const std::string& text) { return words(text) == found; });
    return pass_or_fail(passed, expected_words(expected, "one of"), in_quotes(reply.text));
  });
}

base::Result<Scorer> make_contains(const Case& task_case) {
  ContainsRule rule;
  ASSAY_TRY(rule.expected, expected_texts(task_case));
  ASSAY_TRY(rule.all, flag_option(task_case, "all", false));
  ASSAY_TRY(rule.whole_words, flag_option(task_case, "whole_words", true));
  ASSAY_TRY(const bool keeps_case, flag_option(task_case, "case_sensitive", false));
  if (keeps_case) rule.letter_case = LetterCase::Keep;
  return Scorer(
      [rule](const Reply& reply) -> base::Result<Score> { return score_contains(rule, reply); });
}

}  // namespace assay::task

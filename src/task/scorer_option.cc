#include "task/scorer_option.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "task/json_member.h"

namespace assay::task {
namespace {

std::string option_key(std::string_view key) { return fmt::format("scorer.{}", key); }

}  // namespace

base::Result<bool> flag_option(const Case& task_case, std::string_view key, bool fallback) {
  const base::Json* option = base::find_member(task_case.scorer, key);
  if (option == nullptr) return fallback;
  if (!option->is_boolean()) return wrong_value(option_key(key), "true or false", *option);
  return option->get<bool>();
}

base::Result<double> size_option(const Case& task_case, std::string_view key, double fallback) {
  const base::Json* option = base::find_member(task_case.scorer, key);
  if (option == nullptr) return fallback;
  if (!option->is_number() || !(option->get<double>() >= 0) ||
      !std::isfinite(option->get<double>())) {
    return wrong_value(option_key(key), "a number, 0 or more", *option);
  }
  return option->get<double>();
}

base::Result<std::string> choice_option(const Case& task_case, std::string_view key,
                                        std::span<const std::string> choices) {
  const base::Json* option = base::find_member(task_case.scorer, key);
  if (option == nullptr) return choices.front();
  if (!option->is_string() ||
      std::find(choices.begin(), choices.end(), option->get<std::string>()) == choices.end()) {
    return wrong_value(option_key(key), fmt::format("one of {}", fmt::join(choices, ", ")),
                       *option);
  }
  return option->get<std::string>();
}

base::Result<std::vector<std::string>> expected_texts(const Case& task_case) {
  constexpr std::string_view kExpected = "a string or a list of strings";
  const base::Json& expect = task_case.expect;
  if (expect.is_string()) return std::vector{expect.get<std::string>()};
  if (!expect.is_array() || expect.empty()) {
    base::Error failure = wrong_value("expect", kExpected, expect);
    if (expect.is_number()) failure.hint = "put the number in quotes, or use the scorer `numeric`";
    return failure;
  }
  std::vector<std::string> texts;
  for (const base::Json& text : expect) {
    if (!text.is_string()) return wrong_value("expect", kExpected, text);
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

}  // namespace assay::task

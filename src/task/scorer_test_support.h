// What the scorers' tests share: a case in one line, and its verdict on a text.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "task/scorer.h"

namespace assay::task {

/// A case with this scorer and expectation, both as JSON text.
inline Case case_of(std::string_view scorer, std::string_view expect) {
  Case task_case;
  task_case.id = "a-1";
  task_case.messages = base::Json::array({{{"role", "user"}, {"content", "?"}}});
  task_case.scorer = base::Json::parse(scorer);
  task_case.expect = base::Json::parse(expect);
  return task_case;
}

inline Score score_of(const Case& task_case, const Reply& reply) {
  auto result = score(task_case, reply);
  if (!result.has_value()) {
    ADD_FAILURE() << result.error().to_string();
    return {-1, ""};
  }
  return *result;
}

inline Score score_of(const Case& task_case, std::string text) {
  return score_of(task_case, Reply{std::move(text), {}});
}

/// The error of a check that must fail, as a person sees it.
inline std::string refusal_of(const Case& task_case) {
  const auto status = check_case(task_case);
  return status.has_value() ? "accepted" : status.error().to_string();
}

}  // namespace assay::task

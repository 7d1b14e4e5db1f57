// Result<T>: a value or an Error, with the member names of std::expected (which GCC 12 lacks).
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace assay::base {

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error) : tl::expected<T, Error>(tl::make_unexpected(std::move(error))) {}
  Result(tl::expected<T, Error>&& other) : tl::expected<T, Error>(std::move(other)) {}
};

/// Success without a value: `return Done{};`, or `return bad_input(…);`.
struct Done {};
using Status = Result<Done>;

}  // namespace assay::base

/// Evaluates an expression that gives a Result; returns its error from the enclosing function
/// (which must return some Result), else assigns or declares the value.
///   ASSAY_TRY(auto text, read_file(path));
// NOLINTBEGIN(bugprone-macro-parentheses): `target` may be a declaration.
#define ASSAY_TRY(target, expression) ASSAY_TRY_1(target, expression, __COUNTER__)
#define ASSAY_TRY_1(target, expression, id) ASSAY_TRY_2(target, expression, id)
#define ASSAY_TRY_2(target, expression, id)                                  \
  auto assay_try_##id = (expression);                                        \
  if (!assay_try_##id.has_value()) return std::move(assay_try_##id).error(); \
  target = std::move(assay_try_##id).value()
// NOLINTEND(bugprone-macro-parentheses)

/// As ASSAY_TRY for a Status, whose value is of no interest.
#define ASSAY_TRY_DONE(expression)                                   \
  do {                                                               \
    if (auto assay_status = (expression); !assay_status.has_value()) \
      return std::move(assay_status).error();                        \
  } while (false)

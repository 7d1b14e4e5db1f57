// Task files and replies, both of which others write: a JSONL text up to the first zero byte, and
// the reply that its cases are scored with after it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "task/scorer.h"

namespace {

using assay::task::Case;
using assay::task::Reply;

void check_scoring(const Case& task_case, const Reply& reply) {
  const auto score = assay::task::score(task_case, reply);
  if (!score.has_value()) return;
  ASSAY_CHECK(score->value >= 0 && score->value <= 1, "a score outside [0, 1]");
  ASSAY_CHECK(assay::base::display_width(score->reason) <= 200, "a reason too long for a line");
  ASSAY_CHECK(score->reason.find('\n') == std::string::npos, "a reason of several lines");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = input.find('\0');
  const auto cases = assay::task::parse_cases(input.substr(0, zero), "fuzz.jsonl");
  if (!cases.has_value()) {
    ASSAY_CHECK(!cases.error().message.empty(), "an error that says nothing");
    return 0;
  }
  const std::string text(zero == std::string_view::npos ? "" : input.substr(zero + 1));
  for (const Case& task_case : *cases) {
    ASSAY_CHECK(assay::task::check_case(task_case).has_value(), "read, but not accepted again");
    check_scoring(task_case, Reply{text, {}});
    check_scoring(task_case, Reply{"", {{"weather", text}}});
  }
  return 0;
}

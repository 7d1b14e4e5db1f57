// Telling a model's answer from the reasoning some chat templates leave in front of it.
#pragma once

#include <string_view>

namespace assay::task {

/// The text after a leading <think>…</think> (or <thinking>, <reasoning>) block.
///  - Without any such tag: the whole text.
///  - A closing tag without an opening one ends a block that the chat template opened.
///  - A leading block that never closes has no answer after it: empty.
/// Worked: "<think>7*6</think>\n42" gives "\n42".
std::string_view answer_after_reasoning(std::string_view text);

}  // namespace assay::task

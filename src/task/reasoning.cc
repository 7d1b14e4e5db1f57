#include "task/reasoning.h"

#include <array>

#include "base/text.h"

namespace assay::task {
namespace {

struct Tag {
  std::string_view open;
  std::string_view close;
};

constexpr std::array kTags{Tag{"<think>", "</think>"}, Tag{"<thinking>", "</thinking>"},
                           Tag{"<reasoning>", "</reasoning>"}};

}  // namespace

std::string_view answer_after_reasoning(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  for (const Tag& tag : kTags) {
    const std::size_t open = trimmed.find(tag.open);
    const std::size_t close = trimmed.find(tag.close);
    if (open == 0 && close == std::string_view::npos) return "";
    // An opening tag further in belongs to the answer, and so does everything after it.
    if (close != std::string_view::npos && (open == 0 || close < open)) {
      return trimmed.substr(close + tag.close.size());
    }
  }
  return text;
}

}  // namespace assay::task

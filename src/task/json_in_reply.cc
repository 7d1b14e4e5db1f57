#include "task/json_in_reply.h"

#include <algorithm>

#include "base/text.h"

namespace assay::task {
namespace {

constexpr int kCandidatesMax = 64;
constexpr std::string_view kFence = "```";

std::optional<base::Json> parsed(std::string_view text) {
  // Most candidates are no JSON; finding that out need not build the value.
  if (!base::Json::accept(text.begin(), text.end())) return std::nullopt;
  auto value = base::parse_json(text);
  if (!value.has_value()) return std::nullopt;
  return *std::move(value);
}

bool is_language_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// "json\n{…}" without the language; a value that begins with letters or digits stays whole.
std::string_view without_language(std::string_view fenced) {
  const auto end = std::find_if_not(fenced.begin(), fenced.end(), is_language_character);
  const auto length = static_cast<std::size_t>(end - fenced.begin());
  const bool is_language =
      length < fenced.size() && length > 0 &&
      (fenced[length] == '\n' || fenced[length] == '\r' || fenced[length] == ' ' ||
       fenced[length] == '{' || fenced[length] == '[');
  return is_language ? fenced.substr(length) : fenced;
}

std::optional<base::Json> json_in_fence(std::string_view text) {
  for (int tried = 0; tried < kCandidatesMax; ++tried) {
    const std::size_t open = text.find(kFence);
    if (open == std::string_view::npos) return std::nullopt;
    text.remove_prefix(open + kFence.size());
    const std::size_t close = text.find(kFence);
    // A reply cut off inside its fence may still have a whole value there.
    if (auto value = parsed(without_language(text.substr(0, close)))) return value;
    if (close == std::string_view::npos) return std::nullopt;
    text.remove_prefix(close + kFence.size());
  }
  return std::nullopt;
}

/// The value that opens at the beginning of `text`, up to the bracket that closes it; empty when
/// none does. Brackets inside strings do not count.
std::string_view balanced(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
      if (depth == 0) return text.substr(0, i + 1);
    }
  }
  return "";
}

std::optional<base::Json> json_in_prose(std::string_view text, char opening) {
  for (int tried = 0; tried < kCandidatesMax; ++tried) {
    const std::size_t open = text.find(opening);
    if (open == std::string_view::npos) return std::nullopt;
    text.remove_prefix(open);
    if (auto value = parsed(balanced(text))) return value;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<base::Json> json_in_reply(std::string_view text, const base::Json& like) {
  if (auto value = parsed(text)) return value;
  if (auto value = json_in_fence(text)) return value;
  if (like.is_object()) return json_in_prose(text, '{');
  if (like.is_array()) return json_in_prose(text, '[');
  return std::nullopt;
}

}  // namespace assay::task

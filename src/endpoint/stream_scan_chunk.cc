#include "endpoint/stream_scan_chunk.h"

#include <optional>

namespace assay::endpoint {
namespace {

using simdjson::dom::element;
using Member = std::optional<element>;

/// Deeper values go to the reference, whose own limit is higher.
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kFirstCapacityBytes = 4096;

/// The members of interest. As everywhere in assay the last of several with one name counts.
struct ChunkMembers {
  Member choices;
  Member usage;
};
struct ChoiceMembers {
  Member index;
  Member finish_reason;
  Member delta;
  Member message;
  Member usage;
};
struct MessageMembers {
  Member content;
  Member reasoning_content;
  Member reasoning;
  Member tool_calls;
};

/// False for anything that may be an error object.
bool find_members(const simdjson::dom::object& chunk, ChunkMembers& found) {
  for (const auto [key, value] : chunk) {
    if (key == "choices") {
      found.choices = value;
    } else if (key == "usage") {
      found.usage = value;
    } else if (key == "error") {
      if (!value.is_null()) return false;
    } else if (key == "object") {
      std::string_view name;
      if (value.get(name) != simdjson::SUCCESS || name == "error") return false;
    }
  }
  return true;
}

ChoiceMembers find_members(const simdjson::dom::object& choice) {
  ChoiceMembers found;
  for (const auto [key, value] : choice) {
    if (key == "index") {
      found.index = value;
    } else if (key == "finish_reason") {
      found.finish_reason = value;
    } else if (key == "delta") {
      found.delta = value;
    } else if (key == "message") {
      found.message = value;
    } else if (key == "usage") {
      found.usage = value;
    }
  }
  return found;
}

MessageMembers find_message_members(const simdjson::dom::object& message) {
  MessageMembers found;
  for (const auto [key, value] : message) {
    if (key == "content") {
      found.content = value;
    } else if (key == "reasoning_content") {
      found.reasoning_content = value;
    } else if (key == "reasoning") {
      found.reasoning = value;
    } else if (key == "tool_calls") {
      found.tool_calls = value;
    }
  }
  return found;
}

void take_count(const element& value, std::int64_t& count) {
  std::int64_t given = 0;
  if (value.get(given) == simdjson::SUCCESS && given >= 0) count = given;
}

void take_details(const element& details, std::string_view wanted, std::int64_t& count) {
  simdjson::dom::object object;
  if (details.get(object) != simdjson::SUCCESS) return;
  Member found;
  for (const auto [key, value] : object) {
    if (key == wanted) found = value;
  }
  if (found) take_count(*found, count);
}

void take_usage(const Member& given, Usage& usage) {
  simdjson::dom::object object;
  if (!given || given->get(object) != simdjson::SUCCESS) return;
  struct {
    Member prompt, completion, prompt_details, completion_details;
  } found;
  for (const auto [key, value] : object) {
    if (key == "prompt_tokens") found.prompt = value;
    if (key == "completion_tokens") found.completion = value;
    if (key == "prompt_tokens_details") found.prompt_details = value;
    if (key == "completion_tokens_details") found.completion_details = value;
  }
  if (found.prompt) take_count(*found.prompt, usage.prompt_tokens);
  if (found.completion) take_count(*found.completion, usage.completion_tokens);
  if (found.prompt_details) {
    take_details(*found.prompt_details, "cached_tokens", usage.cached_tokens);
  }
  if (found.completion_details) {
    take_details(*found.completion_details, "reasoning_tokens", usage.reasoning_tokens);
  }
}

/// A string, or nothing for null and absent. False for anything else.
bool take_text(const Member& given, std::string_view& text) {
  text = {};
  if (!given || given->is_null()) return true;
  return given->get(text) == simdjson::SUCCESS;
}

std::string_view string_or_empty(const Member& given) {
  std::string_view text;
  if (given && given->get(text) != simdjson::SUCCESS) return {};
  return text;
}

/// One piece of a tool call. False when its arguments are no string.
bool take_tool_call(const element& piece, StreamEvent& event) {
  simdjson::dom::object object;
  if (piece.get(object) != simdjson::SUCCESS) return true;
  Member id;
  Member function;
  for (const auto [key, value] : object) {
    if (key == "id") id = value;
    if (key == "function") function = value;
  }
  Member name;
  Member arguments;
  if (function && function->get(object) == simdjson::SUCCESS) {
    for (const auto [key, value] : object) {
      if (key == "name") name = value;
      if (key == "arguments") arguments = value;
    }
  }
  std::string_view argument_text;
  if (!take_text(arguments, argument_text)) return false;
  const std::string_view name_text = string_or_empty(name);
  event.has_tool_call = event.has_tool_call || !string_or_empty(id).empty() || !name_text.empty() ||
                        !argument_text.empty();
  event.tool_call_bytes += name_text.size() + argument_text.size();
  return true;
}

bool take_message(const element& given, StreamEvent& event) {
  simdjson::dom::object object;
  if (given.get(object) != simdjson::SUCCESS) return true;
  const MessageMembers found = find_message_members(object);
  std::string_view other_reasoning;
  if (!take_text(found.content, event.text) ||
      !take_text(found.reasoning_content, event.reasoning) ||
      !take_text(found.reasoning, other_reasoning)) {
    return false;
  }
  if (event.reasoning.empty()) event.reasoning = other_reasoning;
  if (!found.tool_calls || found.tool_calls->is_null()) return true;
  simdjson::dom::array pieces;
  if (found.tool_calls->get(pieces) != simdjson::SUCCESS) return false;
  for (const element piece : pieces) {
    if (!take_tool_call(piece, event)) return false;
  }
  return true;
}

/// Servers that leave the index out mean 0; so does ChatStream with one that is no whole number.
bool is_first(const Member& index) {
  using simdjson::dom::element_type;
  if (!index) return true;
  if (index->type() == element_type::UINT64) return false;  // Above what 63 bits hold.
  std::int64_t given = 0;
  return index->get(given) != simdjson::SUCCESS || given == 0;
}

/// False for a shape this reader does not know.
bool take_choices(const Member& given, StreamEvent& event) {
  if (!given) return true;
  simdjson::dom::array choices;
  if (given->get(choices) != simdjson::SUCCESS) return false;
  for (const element choice : choices) {
    simdjson::dom::object object;
    if (choice.get(object) != simdjson::SUCCESS) return false;
    const ChoiceMembers found = find_members(object);
    if (!is_first(found.index)) continue;
    event.has_choice = true;
    event.finish_reason = string_or_empty(found.finish_reason);
    take_usage(found.usage, event.usage);
    const Member& message = found.delta ? found.delta : found.message;
    return !message || take_message(*message, event);
  }
  return true;
}

/// This simdjson takes half of a surrogate pair for a character, which JSON forbids.
bool may_have_surrogates(std::string_view json) {
  return json.find("\\ud") != std::string_view::npos || json.find("\\uD") != std::string_view::npos;
}

}  // namespace

/// Without memory for this the first text says so, by going to the reference.
ChunkReader::ChunkReader() {
  [[maybe_unused]] const auto ignored = parser_.allocate(kFirstCapacityBytes, kDepthMax);
}

bool ChunkReader::read(std::string_view json, std::size_t readable_bytes_after,
                       StreamEvent& event) {
  if (may_have_surrogates(json)) return false;
  if (readable_bytes_after < simdjson::SIMDJSON_PADDING) {
    padded_.assign(json);
    padded_.append(simdjson::SIMDJSON_PADDING, ' ');
    json = std::string_view(padded_).substr(0, json.size());
  }
  simdjson::dom::object chunk;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(json.data());
  if (parser_.parse(bytes, json.size(), false).get(chunk) != simdjson::SUCCESS) return false;
  ChunkMembers found;
  if (!find_members(chunk, found)) return false;
  take_usage(found.usage, event.usage);
  return take_choices(found.choices, event);
}

}  // namespace assay::endpoint

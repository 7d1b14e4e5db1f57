#include "endpoint/twin_request.h"

#include <charconv>

namespace assay::endpoint {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

/// The text of a message's content, which is a string or a list of typed parts.
std::string text_of(const base::Json& message) {
  const base::Json* content = base::find_member(message, "content");
  if (content == nullptr) return "";
  if (content->is_string()) return content->get<std::string>();
  std::string text;
  if (content->is_array()) {
    for (const base::Json& part : *content) text += base::string_member(part, "text").value_or("");
  }
  return text;
}

std::optional<std::uint64_t> tokens_max_of(const base::Json& body) {
  for (const std::string_view name : {"max_completion_tokens", "max_tokens"}) {
    const auto limit = base::integer_member(body, name);
    if (limit && *limit >= 0) return static_cast<std::uint64_t>(*limit);
  }
  return std::nullopt;
}

bool is_true(const base::Json* value) {
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

const base::Json* element_at(const base::Json& array, std::string_view index_text) {
  std::size_t index = 0;
  const char* end = index_text.data() + index_text.size();
  const auto [parsed_to, failure] = std::from_chars(index_text.data(), end, index);
  const bool is_index = failure == std::errc() && parsed_to == end;
  return is_index && index < array.size() ? &array[index] : nullptr;
}

}  // namespace

std::string TwinRequest::messages_json() const {
  const base::Json* messages = base::find_member(body, "messages");
  return messages == nullptr ? "" : base::dump_json(*messages);
}

base::Result<TwinRequest> read_chat_request(std::string_view body) {
  TwinRequest request;
  request.path = kChatPath;
  ASSAY_TRY(request.body, base::parse_json(body));
  const base::Json* messages = base::find_member(request.body, "messages");
  if (messages == nullptr || !messages->is_array()) {
    return base::bad_input("expected a JSON object with a list `messages`");
  }
  for (const base::Json& message : *messages) {
    request.texts.push_back(text_of(message));
    if (base::string_member(message, "role") != "user") continue;
    ++request.turn;
    request.last_user_text = request.texts.back();
  }
  const base::Json* seed = base::find_member(request.body, "seed");
  if (seed != nullptr && !seed->is_null()) request.seed = base::dump_json(*seed);
  request.tokens_max = tokens_max_of(request.body);
  request.stream = is_true(base::find_member(request.body, "stream"));
  request.usage_in_stream = is_true(find_field(request.body, "stream_options.include_usage"));
  return request;
}

const base::Json* find_field(const base::Json& body, std::string_view path) {
  if (const base::Json* whole = base::find_member(body, path)) return whole;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos;
       dot = path.find('.', dot + 1)) {
    const std::string_view first = path.substr(0, dot);
    const base::Json* inner =
        body.is_array() ? element_at(body, first) : base::find_member(body, first);
    if (inner == nullptr) continue;
    if (const base::Json* found = find_field(*inner, path.substr(dot + 1))) return found;
  }
  return body.is_array() ? element_at(body, path) : nullptr;
}

std::vector<std::string> split_tokens(std::string_view text) {
  std::vector<std::string> tokens;
  while (!text.empty()) {
    const std::size_t word = text.find_first_not_of(kWhiteSpace);
    const std::size_t end =
        word == std::string_view::npos ? word : text.find_first_of(kWhiteSpace, word);
    tokens.emplace_back(text.substr(0, end));
    text.remove_prefix(tokens.back().size());
  }
  return tokens;
}

}  // namespace assay::endpoint

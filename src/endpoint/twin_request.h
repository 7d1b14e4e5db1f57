// What a script can see of one request: the parsed body and what rules most often ask of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace assay::endpoint {

constexpr std::string_view kChatPath = "/v1/chat/completions";

struct TwinRequest {
  std::uint64_t number = 0;  ///< Among all requests of this twin, from 1.
  std::string path;          ///< Without the query.
  base::Json body;           ///< An object; empty when the request has no JSON object as body.

  std::vector<std::string> texts;   ///< The text of every message, in order.
  std::string last_user_text;       ///< Empty without a user message.
  std::int64_t turn = 0;            ///< The number of user messages.
  std::optional<std::string> seed;  ///< The `seed` field as JSON text; none when absent or null.
  std::optional<std::uint64_t> tokens_max;  ///< None when absent or negative.
  bool stream = false;
  bool usage_in_stream = false;  ///< stream_options.include_usage.

  /// `messages` as one line of JSON, members in the order they were sent; "" without any.
  std::string messages_json() const;
};

/// Takes a chat request's body apart. BadInput, in the words for an OpenAI error, when it is not
/// JSON, not an object or has no list of messages.
base::Result<TwinRequest> read_chat_request(std::string_view body);

/// The value at a dotted path ("chat_template_kwargs.enable_thinking", "messages.0.role"; numbers
/// index arrays), or nullptr. A member whose own name has dots is found too.
const base::Json* find_field(const base::Json& body, std::string_view path);

/// Tokens as the twin counts them: a run of white space and the word after it is one; white space
/// at the end is one of its own. Joined, they give the text again.
std::vector<std::string> split_tokens(std::string_view text);

}  // namespace assay::endpoint

// What a server's refusal means: its class and its words, from whatever body it came with.
#pragma once

#include <string_view>

#include "base/json.h"
#include "endpoint/chat.h"

namespace assay::endpoint {

/// A reply with a status other than 2xx. Knows the bodies of OpenAI, llama-server, Ollama, vLLM and
/// FastAPI; HTML, plain text, truncated JSON and an empty body are described as what they are.
/// Requires a status of at least 100.
ChatFailure failure_of_reply(int http_status, std::string_view body);

/// An error inside a stream or JSON reply whose status said success. `event` is the whole event,
/// with or without an `error` member; its own code or type decides the class, ServerError when
/// neither says more. `http_status` is what the reply's head said.
ChatFailure failure_of_event(int http_status, std::string_view event);

/// Whether this JSON object is an error and no part of an answer.
bool is_error_object(const base::Json& object);

/// One line, at most 300 columns.
std::string one_line(std::string_view text);

/// The first 2,000 bytes, ending between two code points.
std::string body_excerpt(std::string_view body);

}  // namespace assay::endpoint

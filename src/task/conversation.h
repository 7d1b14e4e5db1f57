// The part of a case that goes to the model: messages and tools in OpenAI's format, checked so that
// a slip is found before a model is loaded and not as an HTTP 400 in the middle of a study.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace assay::task {

/// The messages of a case object: its `messages`, or its `prompt` as one user message; in front of
/// them its `system`, else `default_system` unless that is empty or the messages bring their own.
/// Errors have the key as context, "messages[2].content".
base::Result<base::Json> read_conversation(const base::Json& case_object,
                                           const std::string& default_system);

/// The `follow_ups` of a case object; empty when it has none.
base::Result<std::vector<std::string>> read_follow_ups(const base::Json& case_object);

/// The `tools` of a case object, or null when it has none. Names are unique and not empty.
base::Result<base::Json> read_tools(const base::Json& case_object);

}  // namespace assay::task

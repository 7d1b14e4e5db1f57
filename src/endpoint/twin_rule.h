// One rule of a twin's script: when it applies, what it answers and how the answer fails. Plain
// data made by twin_script.cc; matching and choosing are here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "endpoint/twin_request.h"
#include "net/http_client.h"

namespace assay::endpoint {

/// Everything that is set must hold.
struct FieldCondition {
  std::string path{};  ///< Dotted, see find_field().
  std::optional<base::Json> equals{};
  std::optional<double> above{};  ///< Strictly; false for what is not a number.
  std::optional<double> below{};
  std::optional<std::string> contains{};  ///< In a string.
  std::optional<bool> present{};
};

/// Everything that is set must hold.
struct RuleMatch {
  std::string path{kChatPath};
  std::vector<std::string> contains{};      ///< Each in the last user message.
  std::vector<std::string> any_contains{};  ///< Each in some message.
  std::optional<std::int64_t> turn{};
  std::vector<FieldCondition> fields{};
  std::optional<std::uint64_t> times{};  ///< Only the first so many requests that match the rest.
};

struct ScriptedToolCall {
  std::string name{};
  std::string arguments{};  ///< The text as it goes out; may be malformed JSON.
};

struct Answer {
  std::string text{};
  std::string reasoning{};
  std::vector<ScriptedToolCall> tool_calls{};
  std::string finish_reason{};  ///< Empty: "tool_calls" or "stop".
  double weight = 1;            ///< Relative to the rule's other answers; at least 0.
};

/// When content events go out, counted from the arrival of the request.
struct Timing {
  base::Nanoseconds first{0};
  std::vector<base::Nanoseconds> gaps{};  ///< Between events; the last repeats; none: 0.
  std::size_t tokens_per_event = 1;

  /// Of the event with that number, from 0.
  base::Nanoseconds offset_of(std::size_t event) const;
};

struct ScriptedUsage {
  bool sent = true;
  std::optional<std::int64_t> prompt_tokens{};  ///< None: counted.
  std::optional<std::int64_t> completion_tokens{};
  std::optional<std::int64_t> reasoning_tokens{};
  std::optional<std::int64_t> cached_tokens{};  ///< None: left out.
};

struct Ending {
  enum class Kind { Complete, Cut, Hang };
  Kind kind = Kind::Complete;
  /// After so many content events; none: before the head (Cut) or right after it (Hang).
  std::optional<std::size_t> events{};
  bool reset = false;  ///< A Cut by a TCP reset.
};

struct Rule {
  enum class Kind {
    Chat,   ///< A chat completion, one of `answers`.
    Error,  ///< An error in OpenAI's shape; the answer's text is its message.
    Body,   ///< `bytes` as the body.
    Raw,    ///< `bytes` in place of any HTTP.
  };

  std::string name{};
  Kind kind = Kind::Chat;
  RuleMatch match;
  std::vector<Answer> answers{};  ///< At least one, of positive total weight, unless Body or Raw.
  std::string bytes{};
  int status = 200;
  std::string content_type{};  ///< Empty: what the kind calls for.
  net::Headers headers{};
  Timing timing;
  ScriptedUsage usage;
  base::Json extra = base::Json::object();  ///< Members added to the reply or its last chunk.
  bool ignore_max_tokens = false;
  Ending ending;
};

/// Whether the rule applies to the request, `times` apart.
bool matches(const RuleMatch& match, const TwinRequest& request);

/// What a weighted choice depends on, so that anybody can recompute it.
struct Draw {
  std::uint64_t script_seed = 0;
  std::size_t rule = 0;        ///< Index of the rule in the script, from 0.
  std::uint64_t unseeded = 0;  ///< Which of this rule's requests without a seed it is, from 0.
};

/// One of the rule's answers by their weights. The same script, rule, `seed` and `messages` always
/// give the same one; where any of these differs, the choices are independent: the answer is found
/// by a SHA-256 of them, made a uniform number in [0, 1) and looked up in the cumulated weights.
const Answer& choose_answer(const Rule& rule, const Draw& draw, const TwinRequest& request);

}  // namespace assay::endpoint

#include "endpoint/error_body.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace assay::endpoint {
namespace {

constexpr std::size_t kMessageColumns = 300;
constexpr std::size_t kTextColumns = 120;
constexpr std::size_t kBodyBytes = 2000;

/// What a body says about itself, whatever shape it has.
struct ErrorBody {
  std::string message;
  std::string type;  ///< `error.type`, and `error.code` where that is a word.
  int status = 0;    ///< `error.code` where that is an HTTP status; 0 without one.
};

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool is_error_status(std::int64_t status) { return status >= 400 && status <= 599; }

/// `code` is a number (llama-server, vLLM), a number in a string, a word (OpenAI) or null.
void take_code(const base::Json& error, ErrorBody& body) {
  if (const auto number = base::integer_member(error, "code")) {
    if (is_error_status(*number)) body.status = static_cast<int>(*number);
    return;
  }
  const std::string word = base::string_member(error, "code").value_or("");
  int number = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failed == std::errc() && end == word.data() + word.size() && is_error_status(number)) {
    body.status = number;
  } else if (!word.empty()) {
    body.type += " " + word;
  }
}

/// FastAPI's `detail`: a sentence, or a list of what was wrong with which field.
std::string detail_message(const base::Json& detail) {
  if (detail.is_string()) return detail.get<std::string>();
  if (!detail.is_array()) return base::dump_json(detail);
  std::string joined;
  for (const base::Json& entry : detail) {
    std::string place;
    if (const base::Json* parts = base::find_member(entry, "loc"); parts && parts->is_array()) {
      for (const base::Json& part : *parts) {
        if (!place.empty()) place += '.';
        place += part.is_string() ? part.get<std::string>() : base::dump_json(part);
      }
    }
    if (!joined.empty()) joined += "; ";
    joined += fmt::format("{}: {}", place, base::string_member(entry, "msg").value_or("refused"));
  }
  return joined;
}

ErrorBody read_json(const base::Json& object) {
  ErrorBody body;
  const base::Json* inner = base::find_member(object, "error");
  const base::Json& error = inner != nullptr && inner->is_object() ? *inner : object;
  body.message = base::string_member(error, "message").value_or("");
  if (body.message.empty() && inner != nullptr && inner->is_string()) {
    body.message = inner->get<std::string>();
  }
  const base::Json* detail = base::find_member(error, "detail");
  if (body.message.empty() && detail != nullptr) body.message = detail_message(*detail);
  body.type = base::string_member(error, "type").value_or("");
  take_code(error, body);
  if (body.message.empty()) body.message = base::dump_json(error);
  return body;
}

std::string html_title(std::string_view html) {
  const std::string lowered = lower_case(html);
  const std::size_t begin = lowered.find("<title>");
  const std::size_t end = lowered.find("</title>");
  constexpr std::size_t kTag = std::string_view("<title>").size();
  if (begin == std::string::npos || end == std::string::npos || end < begin + kTag) return "";
  return std::string(base::trim(html.substr(begin + kTag, end - begin - kTag)));
}

std::string describe_text(std::string_view text) {
  if (text.empty()) return "the reply had no body";
  if (text.front() == '<') {
    const std::string title = html_title(text);
    return title.empty() ? "the reply was a web page, not JSON"
                         : fmt::format("the reply was a web page, \"{}\"", title);
  }
  const std::string shown = base::ellipsize(one_line(text), kTextColumns);
  if (text.front() == '{') return fmt::format("the reply was broken JSON, {}", shown);
  return shown;
}

ErrorBody read_body(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  const auto parsed = base::parse_json(trimmed);
  if (parsed.has_value() && parsed->is_object()) return read_json(*parsed);
  ErrorBody body;
  body.message = parsed.has_value() && parsed->is_string() ? parsed->get<std::string>()
                                                           : describe_text(trimmed);
  return body;
}

/// Servers say in many ways that the prompt does not fit; there is no status of its own for it.
bool is_context_overflow(const ErrorBody& body) {
  if (body.type.find("exceed_context_size_error") != std::string::npos) return true;
  if (body.type.find("context_length_exceeded") != std::string::npos) return true;
  constexpr std::array<std::string_view, 8> kPhrases{
      "maximum context length",                // OpenAI, vLLM
      "longer than the maximum model length",  // vLLM
      "exceeds the available context size",    // llama-server
      "exceed context window",                 // llama-cpp-python
      "exceeds the context length",            // Ollama
      "exceeds the model's context",           // SGLang, LM Studio
      "must have less than",                   // text-generation-inference, on input tokens
      "prompt is too long",                    // Anthropic's compatible endpoint
  };
  const std::string message = lower_case(body.message);
  return std::any_of(kPhrases.begin(), kPhrases.end(), [&](std::string_view phrase) {
    return message.find(phrase) != std::string::npos;
  });
}

/// For errors inside a stream, whose HTTP status was 200.
int status_of_type(std::string_view type) {
  struct Row {
    std::string_view part;
    int status;
  };
  constexpr std::array kRows{Row{"rate_limit", 429},     Row{"too_many_requests", 429},
                             Row{"authentication", 401}, Row{"permission", 403},
                             Row{"not_found", 404},      Row{"invalid_request", 400},
                             Row{"badrequest", 400}};
  const std::string lowered = lower_case(type);
  for (const Row& row : kRows) {
    if (lowered.find(row.part) != std::string::npos) return row.status;
  }
  return 500;
}

FailureClass class_of(int status, const ErrorBody& body) {
  if (status == 401 || status == 403) return FailureClass::Unauthorized;
  if (status == 404) return FailureClass::NotFound;
  if (status == 429) return FailureClass::RateLimited;
  if (is_context_overflow(body)) return FailureClass::ContextOverflow;
  if (status >= 500) return FailureClass::ServerError;
  // 2xx and 3xx are no answers either: a redirect means that the address is another one.
  return status >= 400 ? FailureClass::Rejected : FailureClass::Malformed;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : base::trim(text)) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20U || c == '\x7f';
    if (!is_control) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return base::ellipsize(base::trim(line), kMessageColumns);
}

std::string body_excerpt(std::string_view body) {
  if (body.size() <= kBodyBytes) return std::string(body);
  std::size_t end = kBodyBytes;
  const auto is_continuation = [&](std::size_t at) {
    return (static_cast<unsigned char>(body[at]) & 0xC0U) == 0x80U;
  };
  // A code point has at most three continuation bytes; more of them are not UTF-8 anyway.
  for (int i = 0; i < 3 && is_continuation(end); ++i) --end;
  return std::string(body.substr(0, end));
}

ChatFailure failure_of_reply(int http_status, std::string_view body) {
  const ErrorBody error = read_body(body);
  return {class_of(http_status, error), http_status,
          fmt::format("HTTP {}: {}", http_status, one_line(error.message)), body_excerpt(body)};
}

ChatFailure failure_of_event(int http_status, std::string_view event) {
  const ErrorBody error = read_body(event);
  const int status = error.status != 0 ? error.status : status_of_type(error.type);
  return {class_of(status, error), http_status,
          fmt::format("error inside the reply: {}", one_line(error.message)), body_excerpt(event)};
}

bool is_error_object(const base::Json& object) {
  const base::Json* error = base::find_member(object, "error");
  if (error != nullptr && !error->is_null()) return true;
  return base::string_member(object, "object") == "error";
}

}  // namespace assay::endpoint

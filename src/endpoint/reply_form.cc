#include "endpoint/reply_form.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "endpoint/error_body.h"

namespace assay::endpoint {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::size_t padding_bytes(std::string_view bytes) {
  const std::size_t all = bytes.size();
  while (!bytes.empty()) {
    if (bytes.starts_with(kByteOrderMark)) {
      bytes.remove_prefix(kByteOrderMark.size());
    } else if (base::trim(bytes.substr(0, 1)).empty()) {
      bytes.remove_prefix(1);
    } else {
      break;
    }
  }
  return all - bytes.size();
}

bool is_part_of_padding(std::string_view bytes) { return kByteOrderMark.starts_with(bytes); }

bool begins_json(std::string_view bytes) {
  return bytes.starts_with('{') || bytes.starts_with('[');
}

bool begins_events(std::string_view bytes) {
  constexpr std::array<std::string_view, 6> kFields{
      ":", "data:", "event:", "id:", "retry:", "error:"};
  return std::any_of(kFields.begin(), kFields.end(),
                     [&](std::string_view field) { return bytes.starts_with(field); });
}

ChatFailure failure_of_unfinished_events(int http_status, std::int64_t events,
                                         std::string_view beginning) {
  if (events > 0 || begins_events(beginning)) {
    return {FailureClass::CutStream, http_status,
            fmt::format("the stream ended before finish_reason, after {} events", events), ""};
  }
  const std::string found =
      base::trim(beginning).empty() ? "an empty body" : fmt::format("\"{}\"", one_line(beginning));
  return {FailureClass::Malformed, http_status,
          one_line(fmt::format("expected a chat completion, found {}", found)),
          body_excerpt(beginning)};
}

}  // namespace assay::endpoint

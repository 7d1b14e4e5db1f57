#include "net/sse.h"

#include <utility>

namespace assay::net {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

SseParser::SseParser(std::size_t event_bytes_max, std::string typed_data_field)
    : event_bytes_max_(event_bytes_max), typed_data_field_(std::move(typed_data_field)) {}

bool SseParser::feed(std::string_view bytes, const OnEvent& on_event) {
  while (!failed_ && !bytes.empty()) {
    if (std::exchange(skip_line_feed_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (pending_bytes() + part.size() > event_bytes_max_) {
      failed_ = true;
      break;
    }
    line_ += part;
    if (end == std::string_view::npos) break;
    skip_line_feed_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line(on_event);
  }
  return !failed_;
}

void SseParser::take_line(const OnEvent& on_event) {
  std::string_view line = line_;
  if (std::exchange(at_start_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    dispatch(on_event);
  } else if (line.front() != ':') {
    const std::size_t colon = line.find(':');
    std::string_view value =
        colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
  }
  line_.clear();
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    append_data(value);
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) event_.last_id = value;
  } else if (!typed_data_field_.empty() && name == typed_data_field_) {
    event_.type = name;
    append_data(value);
  } else {
    return;
  }
  event_bytes_ += name.size() + value.size();
}

void SseParser::append_data(std::string_view value) {
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
}

void SseParser::dispatch(const OnEvent& on_event) {
  event_bytes_ = 0;
  if (has_data_) {
    if (event_.type.empty()) event_.type = "message";
    on_event(event_);
  }
  event_.type.clear();
  event_.data.clear();
  has_data_ = false;
}

}  // namespace assay::net

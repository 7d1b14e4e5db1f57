#include "endpoint/stream_scan_frames.h"

#include <cstring>
#include <utility>

namespace assay::endpoint {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

const char* find_or_end(const char* begin, const char* end, char wanted) {
  if (begin == end) return end;
  const void* found = std::memchr(begin, wanted, static_cast<std::size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

void EventFrames::reset() {
  at_ = end_ = feed_ = return_ = nullptr;
  line_.clear();
  owned_.clear();
  data_ = {};
  event_bytes_ = 0;
  has_data_ = is_error_ = skip_feed_ = failed_ = false;
  at_start_ = true;
}

void EventFrames::give(std::string_view bytes) {
  at_ = bytes.data();
  end_ = at_ + bytes.size();
  feed_ = find_or_end(at_, end_, '\n');
  return_ = find_or_end(at_, end_, '\r');
}

bool EventFrames::next(EventFrame& frame) {
  while (!failed_ && at_ != end_) {
    if (std::exchange(skip_feed_, false) && *at_ == '\n') {
      pass(at_);
      continue;
    }
    const char* const end = line_end();
    const std::string_view part = between(at_, end);
    if (exceeds_limit(part.size())) return false;
    if (end == end_) {
      line_ += part;
      at_ = end_;
      break;
    }
    skip_feed_ = *end == '\r';
    pass(end);
    bool closed = false;
    if (line_.empty()) {
      closed = take_line(part);
    } else {
      line_ += part;
      closed = take_line(line_);
      own_data();
      line_.clear();
    }
    if (!closed) continue;
    const bool in_place = data_.data() != owned_.data();
    const std::size_t after =
        in_place ? static_cast<std::size_t>(end_ - (data_.data() + data_.size())) : 0;
    frame = {data_, after, std::exchange(is_error_, false)};
    return true;
  }
  own_data();
  return false;
}

/// Goes on behind `end`, a line end or the byte being skipped.
void EventFrames::pass(const char* end) {
  at_ = end + 1;
  if (feed_ < at_) feed_ = find_or_end(at_, end_, '\n');
  if (return_ < at_) return_ = find_or_end(at_, end_, '\r');
}

bool EventFrames::exceeds_limit(std::size_t more_bytes) {
  failed_ = pending_bytes() + more_bytes > event_bytes_max_;
  return failed_;
}

/// True when it closes an event that has data, which data_ then holds.
bool EventFrames::take_line(std::string_view line) {
  if (std::exchange(at_start_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    event_bytes_ = 0;
    const bool closes = std::exchange(has_data_, false);
    if (!closes) is_error_ = false;
    return closes;
  }
  if (line.front() == ':') return false;
  const std::size_t colon = line.find(':');
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
  return false;
}

void EventFrames::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    append_data(value);
  } else if (name == "event") {
    is_error_ = value == "error";
  } else if (name == "error") {
    is_error_ = true;
    append_data(value);
  } else if (name != "id") {
    return;
  }
  event_bytes_ += name.size() + value.size();
}

void EventFrames::append_data(std::string_view value) {
  if (!has_data_) {
    data_ = value;
    has_data_ = true;
    return;
  }
  own_data();
  owned_ += '\n';
  owned_ += value;
  data_ = owned_;
}

/// Copies the event's data out of bytes that are about to go away.
void EventFrames::own_data() {
  if (!has_data_ || data_.data() == owned_.data()) return;
  owned_.assign(data_);
  data_ = owned_;
}

}  // namespace assay::endpoint

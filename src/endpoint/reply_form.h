// What a chat reply's body is, told by its bytes, because servers mislabel it. Internal to this
// room: ReplyReader and StreamScan must agree.
#pragma once

#include <cstdint>
#include <string_view>

#include "endpoint/chat.h"

namespace assay::endpoint {

inline bool is_success(int http_status) { return http_status >= 200 && http_status < 300; }

/// How many bytes at the beginning mean nothing in either format: white space, which some servers
/// send to keep the connection alive, and byte-order marks.
std::size_t padding_bytes(std::string_view bytes);

/// Nothing, or the beginning of a byte-order mark: more must come before the format shows.
bool is_part_of_padding(std::string_view bytes);

/// No field of an event stream begins with a bracket, and no JSON reply with anything else.
bool begins_json(std::string_view bytes);
/// With a field of an event stream or a comment.
bool begins_events(std::string_view bytes);

/// For an event stream that HTTP ended in order without finish_reason or "[DONE]": a cut stream, or
/// no chat completion at all. `beginning` is the body's.
ChatFailure failure_of_unfinished_events(int http_status, std::int64_t events,
                                         std::string_view beginning);

}  // namespace assay::endpoint

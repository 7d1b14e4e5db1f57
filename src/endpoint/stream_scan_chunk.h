// Reads the chunk of one event of an OpenAI chat stream, or one whole reply, with simdjson. Takes
// the shapes that servers really send; for every other one it says so, and the caller asks
// ChatStream, whose judgement counts. Internal to this room.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "endpoint/stream_scan.h"

namespace assay::endpoint {

class ChunkReader {
 public:
  ChunkReader();

  /// False: not a shape it knows (an error object, broken JSON, content in parts …); `event` then
  /// means nothing. Of `readable_bytes_after` bytes behind the text any may be read. Strings of
  /// `event` hold until the next call.
  bool read(std::string_view json, std::size_t readable_bytes_after, StreamEvent& event);

 private:
  simdjson::dom::parser parser_;
  std::string padded_;
};

}  // namespace assay::endpoint

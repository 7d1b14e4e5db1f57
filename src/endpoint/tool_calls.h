// Tool calls put together from the pieces a stream brings. Internal to this room.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "endpoint/chat.h"

namespace assay::endpoint {

/// Pieces are matched to calls by `index`, which OpenAI's format requires; servers that leave it
/// out, or give every call the same one, are told apart by id and name. Arguments are joined as
/// they come; a name repeated in every piece is taken once.
class ToolCallAssembly {
 public:
  /// One element of `delta.tool_calls` or `message.tool_calls`. True when it brought an id, a name
  /// or arguments.
  bool take(const base::Json& piece);

  /// In the order in which the calls began.
  const std::vector<ToolCall>& calls() const { return calls_; }

 private:
  std::size_t position_for(const base::Json& piece, const std::string& id, const std::string& name);
  std::size_t begin_call();

  std::vector<ToolCall> calls_;
  std::map<std::int64_t, std::size_t> position_by_index_;
  std::unordered_map<std::string, std::size_t> position_by_id_;
};

}  // namespace assay::endpoint

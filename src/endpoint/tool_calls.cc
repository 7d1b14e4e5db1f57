#include "endpoint/tool_calls.h"

namespace assay::endpoint {
namespace {

/// JSON text; servers that give an object instead of a string mean its text.
std::string arguments_of(const base::Json& function) {
  const base::Json* arguments = base::find_member(function, "arguments");
  if (arguments == nullptr || arguments->is_null()) return "";
  if (arguments->is_string()) return arguments->get<std::string>();
  return base::dump_json(*arguments);
}

/// Whether a piece that names a call's index opens another one after all: some servers number
/// every call 0. Ids alone do not tell, because others make up a new id for every piece.
bool is_another_call(const ToolCall& call, const std::string& id, const std::string& name) {
  return !id.empty() && !name.empty() && !call.id.empty() && call.id != id;
}

}  // namespace

bool ToolCallAssembly::take(const base::Json& piece) {
  if (!piece.is_object()) return false;
  static const base::Json kNoFunction = base::Json::object();
  const base::Json* given = base::find_member(piece, "function");
  const base::Json& function = given == nullptr ? kNoFunction : *given;
  const std::string id = base::string_member(piece, "id").value_or("");
  const std::string name = base::string_member(function, "name").value_or("");
  const std::string arguments = arguments_of(function);
  if (id.empty() && name.empty() && arguments.empty()) return false;

  const std::size_t position = position_for(piece, id, name);
  ToolCall& call = calls_[position];
  if (call.id.empty() && !id.empty()) {
    call.id = id;
    position_by_id_.emplace(id, position);
  }
  if (call.name != name) call.name += name;
  call.arguments += arguments;
  return true;
}

std::size_t ToolCallAssembly::position_for(const base::Json& piece, const std::string& id,
                                           const std::string& name) {
  if (const auto index = base::integer_member(piece, "index")) {
    const auto found = position_by_index_.find(*index);
    if (found != position_by_index_.end() && !is_another_call(calls_[found->second], id, name)) {
      return found->second;
    }
    return position_by_index_[*index] = begin_call();
  }
  if (!id.empty()) {
    const auto known = position_by_id_.find(id);
    return known != position_by_id_.end() ? known->second : begin_call();
  }
  const bool continues = name.empty() && !calls_.empty();
  return continues ? calls_.size() - 1 : begin_call();
}

std::size_t ToolCallAssembly::begin_call() {
  calls_.emplace_back();
  return calls_.size() - 1;
}

}  // namespace assay::endpoint

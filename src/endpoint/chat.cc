#include "endpoint/chat.h"

namespace assay::endpoint {

std::string wire_body(const Address& address, const ChatRequest& request, bool stream) {
  base::Json body = base::Json::object();
  if (!address.model.empty()) body["model"] = address.model;
  body["messages"] = request.messages;
  if (!request.tools.is_null()) body["tools"] = request.tools;
  for (const auto& [name, value] : request.settings.items()) body[name] = value;
  body["stream"] = stream;
  if (stream) body["stream_options"]["include_usage"] = true;
  return base::dump_json(body);
}

std::string_view name_of(FailureClass failure) {
  switch (failure) {
    case FailureClass::Unreachable:
      return "unreachable";
    case FailureClass::Deadline:
      return "deadline";
    case FailureClass::CutStream:
      return "cut_stream";
    case FailureClass::Malformed:
      return "malformed";
    case FailureClass::RateLimited:
      return "rate_limited";
    case FailureClass::ServerError:
      return "server_error";
    case FailureClass::Unauthorized:
      return "unauthorized";
    case FailureClass::NotFound:
      return "not_found";
    case FailureClass::ContextOverflow:
      return "context_overflow";
    case FailureClass::Rejected:
      return "rejected";
    case FailureClass::Interrupted:
      return "interrupted";
  }
  return "unknown";
}

}  // namespace assay::endpoint

#include "net/flow.h"

#include "base/check.h"

namespace assay::net {

std::string_view name_of(FlowFailure failure) {
  switch (failure) {
    case FlowFailure::None:
      return "none";
    case FlowFailure::Connect:
      return "connect";
    case FlowFailure::Tls:
      return "tls";
    case FlowFailure::Timeout:
      return "timeout";
    case FlowFailure::Cut:
      return "cut";
    case FlowFailure::Malformed:
      return "malformed";
    case FlowFailure::TooLarge:
      return "too_large";
    case FlowFailure::GivenUp:
      return "given_up";
    case FlowFailure::Redirect:
      return "redirect";
    case FlowFailure::RateLimited:
      return "rate_limited";
    case FlowFailure::ClientError:
      return "client_error";
    case FlowFailure::ServerError:
      return "server_error";
  }
  ASSAY_UNREACHABLE("every failure has a name");
}

}  // namespace assay::net

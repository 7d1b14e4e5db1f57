// How what the client and the reader say becomes one class of failure.
#include "load/sender_session.h"

namespace assay::load {
namespace {

Failure failure_of_class(endpoint::FailureClass failure) {
  switch (failure) {
    case endpoint::FailureClass::Unreachable:
      return Failure::Connect;
    case endpoint::FailureClass::Deadline:
    case endpoint::FailureClass::Interrupted:
      return Failure::Timeout;
    case endpoint::FailureClass::CutStream:
      return Failure::Cut;
    case endpoint::FailureClass::Malformed:
      return Failure::Malformed;
    case endpoint::FailureClass::RateLimited:
      return Failure::RateLimited;
    case endpoint::FailureClass::ServerError:
      return Failure::Http5xx;
    case endpoint::FailureClass::Unauthorized:
    case endpoint::FailureClass::NotFound:
    case endpoint::FailureClass::ContextOverflow:
    case endpoint::FailureClass::Rejected:
      break;
  }
  return Failure::Http4xx;
}

}  // namespace

Failure failure_of(net::FlowFailure transport, const endpoint::StreamEnd* end) {
  switch (transport) {
    case net::FlowFailure::None:
    case net::FlowFailure::GivenUp:
      if (end != nullptr && end->failure != nullptr) return failure_of_class(end->failure->failure);
      return transport == net::FlowFailure::None ? Failure::None : Failure::Malformed;
    case net::FlowFailure::Connect:
      return Failure::Connect;
    case net::FlowFailure::Tls:
      return Failure::Tls;
    case net::FlowFailure::Timeout:
      return Failure::Timeout;
    case net::FlowFailure::Cut:
      return Failure::Cut;
    case net::FlowFailure::Malformed:
    case net::FlowFailure::TooLarge:
      return Failure::Malformed;
    case net::FlowFailure::Redirect:
    case net::FlowFailure::ClientError:
      return Failure::Http4xx;
    case net::FlowFailure::RateLimited:
      return Failure::RateLimited;
    case net::FlowFailure::ServerError:
      break;
  }
  return Failure::Http5xx;
}

}  // namespace assay::load

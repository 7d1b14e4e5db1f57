#include "load/analysis.h"

namespace assay::load {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Valid:
      return "valid";
    case Verdict::ClientLimited:
      return "client-limited";
    case Verdict::ServerFailed:
      break;
  }
  return "server-failed";
}

}  // namespace assay::load

// The table of server kinds: the listing that gives each away, and how to read what it serves.
// Internal to this room; knows formats, not the network.
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "endpoint/running_servers.h"

namespace assay::endpoint {

/// What a server answered; null where it gave no JSON.
struct ServerAnswers {
  base::Json sign;
  base::Json listing;
  base::Json detail;
};

struct ServerKindRow {
  ServerKind kind = ServerKind::OpenAiCompatible;
  std::string_view sign_path;  ///< Answered in this form by this kind alone.
  bool (*is_sign)(const base::Json& sign) = nullptr;
  std::string_view listing_path;  ///< Empty: the sign lists the models.
  std::string_view detail_path;   ///< Empty: nothing more is asked.
  /// Fills in version, models and, where the listing tells kinds apart, the kind. Takes any JSON.
  void (*read)(const ServerAnswers& answers, RunningServer& server) = nullptr;
};

/// In the order in which they are tried: those that imitate another kind before that kind.
std::span<const ServerKindRow> server_kind_rows();

}  // namespace assay::endpoint

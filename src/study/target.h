// A model under test, made ready for a cell: a guest that is loaded with the cell's server
// settings, or an endpoint that runs already. Tells the journal what was loaded, for how long, and
// how it ended.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/client.h"
#include "endpoint/engine.h"
#include "endpoint/guest.h"
#include "endpoint/guest_learning.h"
#include "study/plan.h"

namespace assay::study {

/// Receives what happened around trials: an event kind of docs/reference/journal.md and its detail.
using EventSink = std::function<base::Status(std::string_view kind, const std::string& model,
                                             const base::Json& detail)>;

struct TargetFolders {
  std::filesystem::path home;
  std::filesystem::path run;   ///< Records of running guests.
  std::filesystem::path logs;  ///< One log per model.
};

/// Used from one thread. At most one guest is alive at a time: whoever holds Targets releases one
/// before preparing the next.
class Target {
 public:
  /// `engine` may be empty for an endpoint. `file_digests` maps model files to the SHA-256 they had
  /// when the study first used them and is filled further; a file that changed since is BadInput.
  Target(const base::Context& context, const ModelSpec& model,
         std::optional<endpoint::Engine> engine, TargetFolders folders, EventSink events,
         std::map<std::string, std::string>& file_digests);

  /// Returns at once when the cell's server settings are loaded already.
  base::Status prepare(const Cell& cell);

  /// Requires that prepare() succeeded.
  endpoint::Client& client();

  /// Whether the guest is what a failed request failed by: it ended, or hung and was ended. The
  /// next prepare() loads it again. None for an endpoint.
  std::optional<endpoint::GuestLoss> loss_behind(const endpoint::ChatFailure& failure);

  /// Stops the guest and verifies that its memory came back. Nothing to do for an endpoint.
  base::Status release();

  /// What the guest's log says it runs with (see endpoint/guest_told.h); empty for an endpoint.
  const base::Json& told() const { return told_; }

  /// Seconds spent loading and stopping so far.
  double load_s() const { return load_s_; }

 private:
  base::Status prepare_guest(const Cell& cell);
  base::Status prepare_endpoint();
  base::Status stop_guest();
  base::Status check_digest(const std::filesystem::path& file);

  const base::Context& context_;
  const ModelSpec& model_;
  std::optional<endpoint::Engine> engine_;
  TargetFolders folders_;
  EventSink events_;
  std::map<std::string, std::string>& file_digests_;
  std::optional<endpoint::Guest> guest_;
  std::optional<endpoint::GuestSettings> loaded_;
  endpoint::GuestReady ready_;  ///< Of what is loaded.
  endpoint::GuestMemoryKeeper keeper_;
  std::string loaded_cell_;
  base::Json told_ = base::Json::object();
  std::optional<endpoint::Client> client_;
  double load_s_ = 0;
};

}  // namespace assay::study

// A llama-server child process that assay can lose without losing anything else. One class owns its
// states; everybody else asks ensure_ready() and stop().
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "base/result.h"
#include "endpoint/chat.h"
#include "endpoint/engine.h"
#include "endpoint/guest_buffers.h"
#include "gguf/estimate.h"
#include "host/memory_guard.h"

namespace assay::endpoint {

/// What a cell fixes of the server. Sentinels: 0 or empty leaves the engine's default, which is
/// read back from /props all the same.
struct GuestSettings {
  std::filesystem::path model;
  std::int64_t context_tokens = 0;
  std::string cache_type_k;  ///< "f16", "q8_0", "q4_0" …
  std::string cache_type_v;
  int threads = 0;
  int threads_batch = 0;           ///< 0: the engine's default, as many as `threads`.
  int gpu_layers = -1;             ///< -1: the engine's default; 0: none.
  std::optional<bool> kv_offload;  ///< None: the engine's default.
  int cpu_moe_layers = -1;         ///< -1: the engine's default; 0: none.
  std::string flash_attention;     ///< "on", "off", "auto"; empty: default.
  int parallel = 1;
  int batch = 0;
  int micro_batch = 0;
  std::uint64_t memory_limit_bytes =
      0;  ///< 0: estimate × 1.25 + 256 MiB, at most what is available.

  friend bool operator==(const GuestSettings&, const GuestSettings&) = default;
};

/// The exact arguments, without program, host and port: what two cells' servers differ in. The
/// engine's own memory fitting and prompt store are switched off, so that a cell measures what it
/// says.
std::vector<std::string> command_arguments(const GuestSettings& settings);

enum class GuestState { Absent, Starting, Healthy, Stopping, Failed };
std::string_view name_of(GuestState state);

/// Why a guest ended without being asked to, or had to be ended.
struct GuestLoss {
  bool out_of_memory = false;  ///< The guard ended it, or the kernel did.
  std::string message;         ///< With the last lines of its log.
  bool hung = false;           ///< It ran but no longer answered, and was ended for that.
};

struct GuestReady {
  Address address;
  base::Json props;  ///< GET /props as it came.
  base::Json told;   ///< What its log says it runs with; see guest_told.h.
  double load_ms = 0;
  pid_t pid = -1;
  host::GuardKind guard = host::GuardKind::Watcher;
  std::uint64_t limit_bytes = 0;
  std::uint64_t predicted_bytes = 0;
  gguf::MemoryNeed predicted;      ///< The same by component.
  GuestBuffers buffers;            ///< What its log says that it allocated.
  std::uint64_t loaded_bytes = 0;  ///< The most it was resident with while it loaded.
  std::string architecture;        ///< general.architecture of its model.
};

/// Used from one thread, which must be the one that lives longest (parent-death signal).
class Guest {
 public:
  /// Registers itself under `run_folder` (a file per guest with pid, start time and command), so
  /// that a later assay can find what a crash left; logs are appended to `log`. `context` outlives
  /// the guest.
  Guest(const base::Context& context, Engine engine, std::filesystem::path run_folder,
        std::filesystem::path log);
  ~Guest();  ///< Stops it.

  /// Starts the server with these settings, or returns at once when it is healthy with the same
  /// ones; with others, the old one is stopped first and its memory verified back. Errors: BadInput
  /// (model file), OutOfMemory (would not fit: predicted need against what is free, both figures in
  /// the message; or it ran out while loading), System (no free port), Unreachable (never became
  /// healthy; with the log's last lines), Interrupted. After an error nothing runs.
  base::Result<GuestReady> ensure_ready(const GuestSettings& settings,
                                        base::Nanoseconds timeout = std::chrono::minutes(10));

  /// Stops it and waits until its memory is back: the process is reaped, and available memory is
  /// near what it was before the load (within 256 MiB, or half of the guest's anonymous memory), or
  /// grew by as much at the stop. A System error that says how much is missing when it is not so
  /// after 10 s. A guest that was lost is only reaped. Absent afterwards in every case.
  base::Status stop();

  /// Whether it ended by itself since ensure_ready(); the state is then Failed until the next
  /// ensure_ready().
  std::optional<GuestLoss> loss();

  /// The same for who saw a request fail. Behind a broken connection (Unreachable, CutStream) it
  /// waits up to 2 s for the end, which the kernel reports a little later than it closes a dying
  /// guest's connections. Behind a Deadline it asks for /health: a guest that does not answer that
  /// within 5 s is hung, and is ended, because every later request would run out of time too.
  std::optional<GuestLoss> loss_behind(FailureClass failure);

  GuestState state() const;
  /// The most resident memory of the present guest, or of the last one when there is none: the
  /// kernel's own figure (VmHWM), mapped weights included. 0 before the first.
  std::uint64_t peak_bytes() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

/// A llama-server that an earlier assay started and that still runs although that assay is gone.
struct StaleGuest {
  pid_t pid = -1;
  std::string command;
  std::filesystem::path record;
};

/// Reads the run folder; records of processes that are gone are removed. A pid that was reused by
/// another program is recognised by its start time.
std::vector<StaleGuest> find_stale_guests(const std::filesystem::path& run_folder);

}  // namespace assay::endpoint

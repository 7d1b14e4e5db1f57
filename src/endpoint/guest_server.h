// One llama-server process under its memory guard, from its start to its end. Guest owns at most
// one and decides what its end means.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "endpoint/engine.h"
#include "endpoint/guest.h"
#include "endpoint/guest_log.h"
#include "endpoint/guest_memory.h"
#include "endpoint/guest_record.h"
#include "host/memory_guard.h"
#include "host/process.h"

namespace assay::endpoint {

struct ServerRequest {
  const Engine& engine;
  const GuestSettings& settings;
  std::filesystem::path run_folder;
  std::filesystem::path log;
  std::uint64_t limit_bytes = 0;
};

/// Why a server ended without being asked to.
struct ServerFailure {
  ServerEnd why = ServerEnd::Unknown;
  std::string message;  ///< How it ended and the last lines of its log.
};

/// Used from one thread. The destructor kills the process and removes guard and record.
class GuestServer {
 public:
  /// On a free loopback port, which another program may still take first.
  static base::Result<std::unique_ptr<GuestServer>> start(const ServerRequest& request);

  pid_t pid() const { return process_.pid(); }
  std::uint16_t port() const { return port_; }
  const host::MemoryGuard& guard() const { return *guard_; }

  bool ended() { return process_.poll().has_value(); }
  /// Waits for at most `duration`; true as soon as it has ended.
  bool wait_for_end(base::Nanoseconds duration) { return process_.wait_for(duration).has_value(); }
  /// Required: ended().
  ServerFailure failure();
  /// The end of what this server has logged; see read_log_end().
  std::string log() const;
  /// The last lines of its log, for a server that runs but does not answer.
  std::string log_lines() const;

  /// Its memory up to now.
  const MemoryHeld& look();
  /// Asks it to end, insists after 5 s.
  void stop();
  /// Ends it at once, a stopped or hung one too.
  void kill();

 private:
  GuestServer(std::unique_ptr<host::MemoryGuard> guard, host::Process process, std::uint16_t port);

  std::unique_ptr<host::MemoryGuard> guard_;  ///< Before the process: its cgroup must be empty.
  host::Process process_;
  GuestRecord record_;
  std::uint16_t port_ = 0;
  std::filesystem::path log_;
  std::uint64_t log_start_ = 0;  ///< Where this server's own lines begin.
  std::uint64_t kernel_kills_before_ = 0;
  MemoryHeld held_;
};

}  // namespace assay::endpoint

// The file a running guest leaves in the run folder, so that a later assay can find what a crash
// left behind: guest-<pid>.json with pid, start_ticks, owner_pid, owner_start_ticks, command, port.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/identity.h"

namespace assay::endpoint {

/// Removes the file at the end of its life; empty while there is no guest.
class GuestRecord {
 public:
  GuestRecord() = default;
  ~GuestRecord() { remove(); }
  GuestRecord(const GuestRecord&) = delete;
  GuestRecord& operator=(const GuestRecord&) = delete;

  /// This process is the owner. A guest that has ended already gets no record, which is no error.
  base::Status write(const std::filesystem::path& run_folder, pid_t pid,
                     const std::vector<std::string>& command, std::uint16_t port);
  void remove();

 private:
  std::filesystem::path path_;
};

}  // namespace assay::endpoint

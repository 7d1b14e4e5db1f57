// What the server's processes and the machine's graphics cards did over a run. Called by
// ServerWatch when the server runs on this machine. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/graphics.h"
#include "host/process_usage.h"
#include "load/run_record.h"

namespace assay::load {

class MachineHistory {
 public:
  /// The server is who listens on `port`, with its children; `graphics` as read_graphics_cards().
  MachineHistory(std::uint16_t port, const std::filesystem::path& graphics);

  /// Takes a reading now. A server that was not found, or has ended, is looked for again.
  void sample(base::MonotonicTime start);

  /// "resident_memory" and "cpu", which is CPU time ÷ the time since the reading before, from
  /// /proc; "graphics_memory", "graphics_busy" and "graphics_power" by the card's name, numbered
  /// from 1 where there are several cards. Series without points are left out.
  std::vector<ServerSeries> series() const;

 private:
  void sample_processes(base::MonotonicTime start);
  void sample_graphics(double seconds);
  void add(const std::string& name, const char* unit, const std::string& source, double seconds,
           double value);

  std::uint16_t port_;
  std::filesystem::path graphics_;
  host::GraphicsSession session_;
  std::optional<host::ProcessTreeUsage> server_;
  int searches_left_;
  std::optional<base::MonotonicTime> read_at_;  ///< Of the present server, the time before.
  base::Nanoseconds cpu_before_{0};
  std::vector<ServerSeries> series_;
  std::map<std::string, std::size_t> places_;  ///< In `series_`, by name.
};

}  // namespace assay::load

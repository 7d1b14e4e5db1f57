// Graphics cards by their makers' management libraries, which are loaded only where they are
// installed: NVIDIA's NVML and AMD's ROCm SMI.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"

namespace assay::host {

struct GraphicsCard {
  std::string name;
  std::uint64_t memory_total_bytes = 0;  ///< Its own memory; 0: it has none, or does not say.
  std::uint64_t memory_free_bytes = 0;
  std::string driver;        ///< Version; empty when unknown.
  double power_limit_w = 0;  ///< 0: unknown.
  int busy_percent = -1;     ///< Over the last moments; -1: unknown.
  double power_w = -1;       ///< What it draws; -1: unknown.

  /// "NVIDIA H200 (140 GiB)"; without its memory where that is not known.
  std::string describe() const;
  base::Json to_json() const;
};

/// In the libraries' order, NVIDIA's first; empty without a library, a driver or a card. The
/// libraries are looked for in `folder`, and where programs find theirs when it is empty.
std::vector<GraphicsCard> read_graphics_cards(const std::filesystem::path& folder = {});

/// Both makers' interfaces count how often they were initialised: while a session lasts, the
/// libraries stay as they are, so that read_graphics_cards() of the same folder takes only the
/// readings themselves. For who reads again and again.
class GraphicsSession {
 public:
  explicit GraphicsSession(const std::filesystem::path& folder = {});
  ~GraphicsSession();
  GraphicsSession(const GraphicsSession&) = delete;
  GraphicsSession& operator=(const GraphicsSession&) = delete;

 private:
  struct Libraries;
  std::unique_ptr<Libraries> libraries_;
};

}  // namespace assay::host

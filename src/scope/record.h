// The record of a measured machine: what goes into it, what it is known by, and reading it back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "gguf/speed.h"
#include "host/bandwidth.h"
#include "host/disk_speed.h"
#include "host/machine.h"
#include "scope/scope.h"

namespace assay::scope {

struct MeasuredBandwidth {
  int threads = 0;
  std::uint64_t array_bytes = 0;
  host::Bandwidth figures;
};

struct MeasuredDisk {
  std::filesystem::path path;  ///< The file that was read, or the folder a temporary one was in.
  bool temporary = false;
  host::DiskSpeed figures;
};

struct MeasuredEngine {
  std::string version;
  gguf::MachineSpeed speed;
};

struct Measured {
  std::int64_t unix_ms = 0;
  host::MachineFacts machine;
  MeasuredBandwidth bandwidth;
  std::optional<MeasuredDisk> disk;
  std::optional<MeasuredEngine> engine;
  std::vector<std::string> warnings;  ///< Whole sentences for people.
};

/// What must not change for a record to hold: the machine's own fingerprint and the engine. An
/// empty version stands for a record without the engine.
std::string scope_fingerprint(const host::MachineFacts& machine, std::string_view engine_version);

/// Holds the readings against each other. An engine's rate above the memory's (by more than 10 %,
/// the error of either) is out of a cache and is brought down to it; everything doubtful adds a
/// warning.
void check_readings(Measured& measured);

/// The record with its id, the first 12 hexadecimal digits of its SHA-256.
KnownScope make_record(const Measured& measured);

/// BadInput when the text is not a record of this format.
base::Result<KnownScope> parse_record(std::string_view text);

}  // namespace assay::scope

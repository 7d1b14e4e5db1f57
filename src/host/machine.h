// The facts about this machine that decide what fits and how fast it runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "host/memory.h"

namespace assay::host {

struct MachineFacts {
  std::string cpu_model;
  int cores_physical = 0;
  int cores_logical = 0;
  std::vector<std::string>
      simd;  ///< Of avx, avx2, avx512f, avx512_bf16, amx_tile, neon, … in this order.
  MemoryFacts memory;
  std::uint64_t disk_free_bytes = 0;  ///< Where `home` lives.
  std::string operating_system;       ///< PRETTY_NAME of os-release.
  std::string kernel;
  std::vector<std::string> gpus;  ///< Names by NVML; empty: none found.

  base::Json to_json() const;
  /// A short stable digest input: what must not change for results to be comparable.
  std::string fingerprint() const;
};

MachineFacts read_machine(const std::filesystem::path& home);

}  // namespace assay::host

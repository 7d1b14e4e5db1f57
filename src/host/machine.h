// The facts about this machine that decide what fits and how fast it runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "host/graphics.h"
#include "host/huge_pages.h"
#include "host/memory.h"
#include "host/topology.h"

namespace assay::host {

struct MachineFacts {
  std::string cpu_model;
  int cores_physical = 0;  ///< Only those this process may run on.
  int cores_logical = 0;
  /// Those that inference code is compiled for, of: avx, f16c, fma, avx2, avx_vnni, avx512f,
  /// avx512_vnni, avx512_bf16, amx_tile, neon, sve; in this order.
  std::vector<std::string> simd;
  std::vector<CacheFacts> caches;
  MemoryFacts memory;
  HugePages huge_pages;
  std::vector<NumaNode> numa_nodes;
  std::uint64_t disk_free_bytes = 0;  ///< Where `home` lives.
  std::string operating_system;       ///< PRETTY_NAME of os-release.
  std::string kernel;
  std::vector<std::string> gpus;    ///< "NVIDIA H200 (140 GiB)"; empty: none found.
  std::vector<GraphicsCard> cards;  ///< The same cards with what else their libraries say.
  /// What shares the system's memory with its processors; empty: nothing does, or it is not known.
  std::string unified_memory;

  /// All of the above; docs/reference/scope.md lists the names. Bytes are whole numbers.
  base::Json to_json() const;
  /// A short stable digest input: what must not change for results to be comparable (processor,
  /// cores, instruction sets, installed memory in GiB, cards), and nothing that changes by itself.
  std::string fingerprint() const;
};

/// Never fails: what cannot be read is empty or 0. `home` need not exist yet.
MachineFacts read_machine(const std::filesystem::path& home);

}  // namespace assay::host

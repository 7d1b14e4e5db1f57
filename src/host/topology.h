// What the processors of this machine look like to this process: cores, caches, memory nodes.
#pragma once

#include <cstdint>
#include <vector>

namespace assay::host {

/// Only those of the process's affinity mask, which cgroup cpusets narrow too.
struct CoreCount {
  int physical = 1;
  int logical = 1;
};

/// The data caches of one level that those cores have.
struct CacheFacts {
  int level = 0;            ///< 1 is nearest to the core.
  std::uint64_t bytes = 0;  ///< Of one of them.
  int count = 0;
};

/// Memory that is near some processors and far from others. Most machines have one.
struct NumaNode {
  int number = 0;  ///< As the kernel counts them.
  std::uint64_t memory_bytes = 0;
  int cores_logical = 0;  ///< Of this process's; 0: memory alone, or cores it may not use.
};

struct Topology {
  CoreCount cores;
  std::vector<CacheFacts> caches;  ///< By level; empty where the machine does not say.
  std::vector<NumaNode> numa_nodes;
  std::vector<int> processors;  ///< One of each physical core, as the kernel numbers them.
};

/// Of the largest level, all of them together; 0 when unknown.
std::uint64_t last_level_cache_bytes(const std::vector<CacheFacts>& caches);

/// Never fails: what cannot be read is empty, and there is at least one core.
Topology read_topology();

}  // namespace assay::host

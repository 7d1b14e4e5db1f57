#include "host/topology.h"

#include <hwloc.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <memory>

namespace assay::host {
namespace {

struct DestroyTopology {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using TopologyHandle = std::unique_ptr<hwloc_topology, DestroyTopology>;

struct FreeBitmap {
  void operator()(hwloc_bitmap_s* bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, FreeBitmap>;

constexpr std::array kCacheTypes{HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                 HWLOC_OBJ_L4CACHE};

std::vector<int> read_allowed_processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> processors;
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return processors;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (CPU_ISSET(processor, &allowed)) processors.push_back(processor);
  }
  return processors;
}

/// Restricted to the processors this process may run on; null when hwloc cannot load it.
TopologyHandle load_topology() {
  hwloc_topology_t made = nullptr;
  if (hwloc_topology_init(&made) != 0) return nullptr;
  TopologyHandle topology(made);
  if (hwloc_topology_load(made) != 0) return nullptr;
  const Bitmap bound(hwloc_bitmap_alloc());
  if (hwloc_get_cpubind(made, bound.get(), HWLOC_CPUBIND_PROCESS) == 0) {
    hwloc_topology_restrict(made, bound.get(), 0);
  }
  return topology;
}

std::vector<CacheFacts> read_caches(hwloc_topology_t topology) {
  std::vector<CacheFacts> caches;
  for (std::size_t i = 0; i < kCacheTypes.size(); ++i) {
    const int count = hwloc_get_nbobjs_by_type(topology, kCacheTypes[i]);
    if (count <= 0) continue;
    const hwloc_obj_t first = hwloc_get_obj_by_type(topology, kCacheTypes[i], 0);
    if (first == nullptr || first->attr == nullptr || first->attr->cache.size == 0) continue;
    caches.push_back({static_cast<int>(i) + 1, first->attr->cache.size, count});
  }
  return caches;
}

std::vector<NumaNode> read_numa_nodes(hwloc_topology_t topology) {
  std::vector<NumaNode> nodes;
  hwloc_obj_t object = nullptr;
  while ((object = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, object)) != nullptr) {
    NumaNode node;
    node.number = static_cast<int>(object->os_index);
    if (object->attr != nullptr) node.memory_bytes = object->attr->numanode.local_memory;
    if (object->cpuset != nullptr) {
      node.cores_logical = std::max(0, hwloc_bitmap_weight(object->cpuset));
    }
    nodes.push_back(node);
  }
  return nodes;
}

std::vector<int> read_one_processor_of_each_core(hwloc_topology_t topology) {
  std::vector<int> processors;
  hwloc_obj_t core = nullptr;
  while ((core = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE, core)) != nullptr) {
    const int first = core->cpuset == nullptr ? -1 : hwloc_bitmap_first(core->cpuset);
    if (first >= 0) processors.push_back(first);
  }
  return processors;
}

}  // namespace

std::uint64_t last_level_cache_bytes(const std::vector<CacheFacts>& caches) {
  if (caches.empty()) return 0;
  return caches.back().bytes * static_cast<std::uint64_t>(caches.back().count);
}

Topology read_topology() {
  Topology topology;
  topology.processors = read_allowed_processors();
  topology.cores.logical = std::max(1, static_cast<int>(topology.processors.size()));
  topology.cores.physical = topology.cores.logical;
  const TopologyHandle loaded = load_topology();
  if (!loaded) return topology;
  topology.caches = read_caches(loaded.get());
  topology.numa_nodes = read_numa_nodes(loaded.get());
  std::vector<int> cores = read_one_processor_of_each_core(loaded.get());
  if (!cores.empty()) {
    topology.cores.physical = std::min(static_cast<int>(cores.size()), topology.cores.logical);
    topology.processors = std::move(cores);
  }
  return topology;
}

}  // namespace assay::host

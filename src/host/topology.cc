#include "host/topology.h"

#include <hwloc.h>
#include <sched.h>

#include <algorithm>
#include <memory>

namespace assay::host {
namespace {

struct DestroyTopology {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
struct FreeBitmap {
  void operator()(hwloc_bitmap_s* bitmap) const { hwloc_bitmap_free(bitmap); }
};

int count_allowed_logical() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 0;
  return CPU_COUNT(&allowed);
}

}  // namespace

CoreCount count_cores() {
  CoreCount count;
  count.logical = std::max(1, count_allowed_logical());
  count.physical = count.logical;
  hwloc_topology_t made = nullptr;
  if (hwloc_topology_init(&made) != 0) return count;
  const std::unique_ptr<hwloc_topology, DestroyTopology> topology(made);
  if (hwloc_topology_load(made) != 0) return count;
  const std::unique_ptr<hwloc_bitmap_s, FreeBitmap> bound(hwloc_bitmap_alloc());
  if (hwloc_get_cpubind(made, bound.get(), HWLOC_CPUBIND_PROCESS) == 0) {
    hwloc_topology_restrict(made, bound.get(), 0);
  }
  const int cores = hwloc_get_nbobjs_by_type(made, HWLOC_OBJ_CORE);
  if (cores > 0) count.physical = std::min(cores, count.logical);
  return count;
}

}  // namespace assay::host

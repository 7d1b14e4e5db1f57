#include "host/machine.h"

namespace assay::host {
namespace {

base::Json json_of(const std::vector<CacheFacts>& caches) {
  base::Json rows = base::Json::array();
  for (const CacheFacts& cache : caches) {
    rows.push_back({{"level", cache.level}, {"bytes", cache.bytes}, {"count", cache.count}});
  }
  return rows;
}

base::Json json_of(const std::vector<MemoryLimit>& limits) {
  base::Json rows = base::Json::array();
  for (const MemoryLimit& limit : limits) {
    rows.push_back({{"cgroup", limit.group.string()},
                    {"bytes", limit.bytes},
                    {"left_bytes", limit.left_bytes}});
  }
  return rows;
}

base::Json json_of(const HugePages& pages) {
  return {{"page_bytes", pages.page_bytes},
          {"total", pages.total},
          {"free", pages.free},
          {"transparent", pages.transparent}};
}

base::Json json_of(const std::vector<NumaNode>& nodes) {
  base::Json rows = base::Json::array();
  for (const NumaNode& node : nodes) {
    rows.push_back({{"node", node.number},
                    {"memory_bytes", node.memory_bytes},
                    {"cores_logical", node.cores_logical}});
  }
  return rows;
}

base::Json json_of(const std::vector<GraphicsCard>& cards) {
  base::Json rows = base::Json::array();
  for (const GraphicsCard& card : cards) rows.push_back(card.to_json());
  return rows;
}

}  // namespace

base::Json MachineFacts::to_json() const {
  return {
      {"cpu_model", cpu_model},
      {"cores_physical", cores_physical},
      {"cores_logical", cores_logical},
      {"simd", simd},
      {"memory_total_bytes", memory.total},
      {"memory_available_bytes", memory.available},
      {"memory_cgroup_limit_bytes", memory.cgroup_limit},
      {"swap_free_bytes", memory.swap_free},
      {"disk_free_bytes", disk_free_bytes},
      {"operating_system", operating_system},
      {"kernel", kernel},
      {"gpus", gpus},
      {"caches", json_of(caches)},
      {"memory_limits", json_of(memory.limits)},
      {"swap_total_bytes", memory.swap_total},
      {"huge_pages", json_of(huge_pages)},
      {"numa_nodes", json_of(numa_nodes)},
      {"graphics_cards", json_of(cards)},
      {"unified_memory", unified_memory.empty() ? base::Json() : base::Json(unified_memory)},
  };
}

}  // namespace assay::host

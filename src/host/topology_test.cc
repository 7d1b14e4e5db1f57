#include "host/topology.h"

#include <gmock/gmock.h>

#include "host/huge_pages.h"

namespace assay::host {
namespace {

TEST(Topology, NamesOneProcessorForEachCore) {
  const Topology topology = read_topology();
  EXPECT_EQ(topology.processors.size(), static_cast<std::size_t>(topology.cores.physical));
  EXPECT_LE(topology.cores.physical, topology.cores.logical);
}

TEST(Topology, CachesGrowWithTheirLevel) {
  const Topology topology = read_topology();
  for (std::size_t i = 1; i < topology.caches.size(); ++i) {
    EXPECT_GT(topology.caches[i].level, topology.caches[i - 1].level);
    EXPECT_GE(topology.caches[i].bytes, topology.caches[i - 1].bytes);
    EXPECT_GE(topology.caches[i].count, 1);
  }
}

TEST(Topology, HasAMemoryNode) {
  const Topology topology = read_topology();
  ASSERT_FALSE(topology.numa_nodes.empty());
  int cores = 0;
  for (const NumaNode& node : topology.numa_nodes) cores += node.cores_logical;
  EXPECT_EQ(cores, topology.cores.logical);
}

TEST(Topology, LastLevelCacheCountsEveryOneOfThem) {
  EXPECT_EQ(last_level_cache_bytes({}), 0U);
  EXPECT_EQ(last_level_cache_bytes({{1, 32768, 16}, {3, 33554432, 2}}), 67108864U);
}

TEST(HugePages, AreReadFromTheKernelsText) {
  const HugePages pages = parse_huge_pages(
      "MemTotal: 1 kB\nHugePages_Total:      16\nHugePages_Free:        4\n"
      "Hugepagesize:       2048 kB\n",
      "always [madvise] never\n");
  EXPECT_EQ(pages.page_bytes, 2097152U);
  EXPECT_EQ(pages.total, 16U);
  EXPECT_EQ(pages.free, 4U);
  EXPECT_EQ(pages.transparent, "madvise");
}

TEST(HugePages, AreNoneOnAKernelWithoutThem) {
  const HugePages pages = parse_huge_pages("MemTotal: 1 kB\n", "");
  EXPECT_EQ(pages.page_bytes, 0U);
  EXPECT_EQ(pages.transparent, "");
}

}  // namespace
}  // namespace assay::host

#include "host/machine.h"

#include <gmock/gmock.h>
#include <sched.h>

#include "support/temporary_folder.h"

namespace assay::host {
namespace {

TEST(Machine, KnowsWhatItRunsOn) {
  const test::TemporaryFolder folder;
  const MachineFacts facts = read_machine(folder.path() / "not" / "made" / "yet");
  EXPECT_FALSE(facts.cpu_model.empty());
  EXPECT_GE(facts.cores_physical, 1);
  EXPECT_GE(facts.cores_logical, facts.cores_physical);
  EXPECT_GT(facts.memory.total, 0U);
  EXPECT_GT(facts.disk_free_bytes, 0U);
  EXPECT_FALSE(facts.operating_system.empty());
  EXPECT_THAT(facts.kernel, testing::StartsWith("Linux "));
}

TEST(Machine, CountsOnlyProcessorsItMayRunOn) {
  cpu_set_t before;
  CPU_ZERO(&before);
  ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &before)) continue;
    CPU_SET(cpu, &one);
    break;
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  const MachineFacts facts = read_machine("/");
  ::sched_setaffinity(0, sizeof(before), &before);
  EXPECT_EQ(facts.cores_logical, 1);
  EXPECT_EQ(facts.cores_physical, 1);
}

TEST(Machine, FingerprintIgnoresWhatChangesByItself) {
  MachineFacts facts;
  facts.cpu_model = "Model X";
  facts.cores_physical = 4;
  facts.cores_logical = 8;
  facts.simd = {"avx", "avx2"};
  facts.memory.total = (std::uint64_t{16} << 30U) - (std::uint64_t{200} << 20U);
  EXPECT_EQ(facts.fingerprint(), "Model X; 4 cores, 8 threads; avx avx2; 16 GiB; ");
  MachineFacts later = facts;
  later.memory.available = 5;
  later.memory.total += 4096;
  later.disk_free_bytes = 7;
  later.kernel = "Linux 7";
  EXPECT_EQ(later.fingerprint(), facts.fingerprint());
  later.cores_logical = 4;
  EXPECT_NE(later.fingerprint(), facts.fingerprint());
}

TEST(Machine, JsonCarriesEveryFact) {
  MachineFacts facts;
  facts.gpus = {"Card (8.0 GiB)"};
  facts.memory.cgroup_limit = 12;
  facts.memory.limits = {{"/sys/fs/cgroup/a", 12, 7}};
  facts.caches = {{3, 4096, 2}};
  facts.numa_nodes = {{0, 100, 8}};
  facts.huge_pages.transparent = "madvise";
  facts.cards.resize(1);
  facts.cards[0].power_limit_w = 350;
  const base::Json json = facts.to_json();
  EXPECT_EQ(json["gpus"][0], "Card (8.0 GiB)");
  EXPECT_EQ(json["memory_cgroup_limit_bytes"], 12);
  EXPECT_EQ(json["caches"], base::Json::parse(R"([{"level": 3, "bytes": 4096, "count": 2}])"));
  EXPECT_EQ(json["memory_limits"][0]["cgroup"], "/sys/fs/cgroup/a");
  EXPECT_EQ(json["memory_limits"][0]["left_bytes"], 7);
  EXPECT_EQ(json["numa_nodes"][0]["memory_bytes"], 100);
  EXPECT_EQ(json["huge_pages"]["transparent"], "madvise");
  EXPECT_EQ(json["graphics_cards"][0]["power_limit_w"], 350.0);
  EXPECT_TRUE(json["graphics_cards"][0]["busy_percent"].is_null());
  EXPECT_TRUE(json["unified_memory"].is_null());
  EXPECT_EQ(json.size(), 19U);
}

}  // namespace
}  // namespace assay::host

#include "host/memory.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstring>

#include "host/cgroup.h"
#include "host/proc_file.h"

namespace assay::host {
namespace {

using testing::ElementsAre;

TEST(Memory, OfTheMachineIsConsistent) {
  const auto facts = read_memory();
  ASSERT_TRUE(facts.has_value()) << facts.error().to_string();
  EXPECT_GT(facts->total, 0U);
  EXPECT_GT(facts->available, 0U);
  EXPECT_LE(facts->available, facts->total);
  EXPECT_LE(facts->cgroup_limit, facts->total);
}

TEST(Memory, OfAProcessFollowsWhatItTouches) {
  constexpr std::size_t kBytes = std::size_t{64} << 20U;
  const auto before = read_process_memory(::getpid());
  ASSERT_TRUE(before.has_value());
  auto block = std::make_unique<char[]>(kBytes);
  std::memset(block.get(), 1, kBytes);
  const auto during = read_process_memory(::getpid());
  ASSERT_TRUE(during.has_value());
  EXPECT_GE(during->anonymous_bytes, before->anonymous_bytes + kBytes * 9 / 10);
  EXPECT_GE(during->resident_bytes_peak, during->resident_bytes * 9 / 10);
  block.reset();
  const auto after = read_process_memory(::getpid());
  EXPECT_GE(after->resident_bytes_peak, before->resident_bytes + kBytes * 9 / 10);
}

TEST(Memory, OfAProcessThatIsGoneIsNone) { EXPECT_EQ(read_process_memory(-1), std::nullopt); }

TEST(KernelFile, NumbersStandAfterTheirKey) {
  const std::string_view text = "MemFree:  12 kB\nMem: 3\noom_kill_disable 0\noom_kill 7\n";
  EXPECT_EQ(number_after(text, "MemFree"), 12U);
  EXPECT_EQ(number_after(text, "Mem"), 3U);
  EXPECT_EQ(number_after(text, "oom_kill"), 7U);
  EXPECT_EQ(number_after(text, "Swap"), std::nullopt);
  EXPECT_EQ(parse_number("max\n"), std::nullopt);
}

constexpr std::string_view kMountsV2 =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr std::string_view kMountsV1InContainer =
    "40 39 0:30 /docker/ab /sys/fs/cgroup/cpu ro master:1 - cgroup cgroup rw,cpu,cpuacct\n"
    "41 39 0:31 /docker/ab /sys/fs/cgroup/memory ro master:2 - cgroup cgroup rw,memory\n";

TEST(Cgroup, ChainLeadsFromTheOwnGroupToTheMount) {
  const auto found = parse_memory_cgroup(CgroupGeneration::V2, kMountsV2, "0::/user/app/x.scope\n");
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->chain,
              ElementsAre("/sys/fs/cgroup/user/app/x.scope", "/sys/fs/cgroup/user/app",
                          "/sys/fs/cgroup/user", "/sys/fs/cgroup"));
}

TEST(Cgroup, ContainerSeesItsOwnPartAsTheWhole) {
  const std::string_view membership = "5:cpu,cpuacct:/docker/ab\n4:memory:/docker/ab\n0::/\n";
  const auto found = parse_memory_cgroup(CgroupGeneration::V1, kMountsV1InContainer, membership);
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->chain, ElementsAre("/sys/fs/cgroup/memory"));
  EXPECT_FALSE(parse_memory_cgroup(CgroupGeneration::V2, kMountsV1InContainer, membership));
}

}  // namespace
}  // namespace assay::host

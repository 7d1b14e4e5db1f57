#include "host/bandwidth.h"

#include <gmock/gmock.h>

#include <numeric>

#include "host/bandwidth_kernels.h"
#include "host/topology.h"

namespace assay::host {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

TEST(BandwidthKernels, ReadEveryValueOnce) {
  std::vector<double> values(kLanes * 5);
  std::iota(values.begin(), values.end(), 1.0);
  EXPECT_EQ(sum(values.data(), values.size()), 80.0 * 81 / 2);
}

TEST(BandwidthKernels, TriadReachesEveryElement) {
  std::vector<double> a(kLanes * 3);
  std::vector<double> b(a.size());
  std::vector<double> c(a.size());
  std::iota(b.begin(), b.end(), 0.0);
  fill(c.data(), c.size(), 2);
  triad(a.data(), b.data(), c.data(), 3, a.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], static_cast<double>(i) + 6);
}

TEST(Bandwidth, OfThisMachineIsAPositiveNumber) {
  const base::Interrupt interrupt;
  BandwidthRequest request{read_topology().processors, 4 * kMebibyte, 3};
  const auto measured = measure_bandwidth(request, base::system_clock(), interrupt);
  ASSERT_TRUE(measured.has_value()) << measured.error().to_string();
  for (const PassSpeeds& speeds : {measured->read, measured->triad}) {
    EXPECT_GT(speeds.median, 0);
    EXPECT_GE(speeds.best, speeds.median);
  }
}

TEST(Bandwidth, WorksWithMoreThreadsThanTheArraysHaveRoomFor) {
  const base::Interrupt interrupt;
  const int processor = read_topology().processors.front();
  BandwidthRequest request{std::vector<int>(48, processor), 4096, 1};
  EXPECT_TRUE(measure_bandwidth(request, base::system_clock(), interrupt).has_value());
}

TEST(Bandwidth, StopsWhenItIsInterrupted) {
  base::Interrupt interrupt;
  interrupt.request(2);
  BandwidthRequest request{read_topology().processors, kMebibyte, 3};
  const auto measured = measure_bandwidth(request, base::system_clock(), interrupt);
  ASSERT_FALSE(measured.has_value());
  EXPECT_EQ(measured.error().kind, base::ErrorKind::Interrupted);
}

TEST(Bandwidth, SaysWhenThereIsNoSuchMemory) {
  const base::Interrupt interrupt;
  BandwidthRequest request{read_topology().processors, std::uint64_t{1} << 60U, 1};
  const auto measured = measure_bandwidth(request, base::system_clock(), interrupt);
  ASSERT_FALSE(measured.has_value());
  EXPECT_EQ(measured.error().kind, base::ErrorKind::System);
}

TEST(Bandwidth, ArraysAreLargerThanTheCachesAndLeaveRoom) {
  EXPECT_EQ(bandwidth_array_bytes(260 * kMebibyte, 24576 * kMebibyte), 1040 * kMebibyte);
  EXPECT_EQ(bandwidth_array_bytes(32 * kMebibyte, 24576 * kMebibyte), 128 * kMebibyte);
  EXPECT_EQ(bandwidth_array_bytes(0, 24576 * kMebibyte), 128 * kMebibyte);
  EXPECT_EQ(bandwidth_array_bytes(260 * kMebibyte, 600 * kMebibyte), 100 * kMebibyte);
  EXPECT_EQ(bandwidth_array_bytes(2048 * kMebibyte, 1048576 * kMebibyte), 4096 * kMebibyte);
  EXPECT_EQ(bandwidth_array_bytes(0, 0), 4096U);
}

}  // namespace
}  // namespace assay::host

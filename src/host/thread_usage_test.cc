#include "host/thread_usage.h"

#include <gtest/gtest.h>

#include <thread>

namespace assay::host {
namespace {

TEST(ThreadUsage, CountsWhatThisThreadDoes) {
  const ThreadUsage before = read_thread_usage();
  ThreadUsage after = before;
  while (after.cpu < before.cpu + std::chrono::milliseconds(20)) after = read_thread_usage();
  EXPECT_EQ(after.run_queue.has_value(), before.run_queue.has_value());
  if (after.run_queue) {
    EXPECT_GE(*after.run_queue, *before.run_queue);
  }
}

TEST(ThreadUsage, IsOfTheThreadThatCalls) {
  ThreadUsage own = read_thread_usage();
  while (own.cpu < std::chrono::milliseconds(20)) own = read_thread_usage();
  ThreadUsage other;
  std::thread([&] { other = read_thread_usage(); }).join();
  EXPECT_LT(other.cpu, own.cpu);
}

TEST(ThreadUsage, ReadsTheWaitFromTheKernelsText) {
  EXPECT_EQ(parse_run_queue("2305697 2568710 2\n"), base::Nanoseconds(2568710));
  EXPECT_EQ(parse_run_queue("2305697 0 2\n"), base::Nanoseconds(0));
  EXPECT_EQ(parse_run_queue("0 0 0\n"), std::nullopt) << "this kernel does not count";
  EXPECT_EQ(parse_run_queue(""), std::nullopt);
  EXPECT_EQ(parse_run_queue("1 2"), std::nullopt);
  EXPECT_EQ(parse_run_queue("1 x 2"), std::nullopt);
}

}  // namespace
}  // namespace assay::host

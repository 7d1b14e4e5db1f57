#include "host/memory_guard.h"

#include <gmock/gmock.h>

#include <csignal>

#include "host/process.h"

namespace assay::host {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::chrono::seconds kLong{60};

/// The same promises for every kind; a kind that this machine does not offer is skipped.
class MemoryGuardTest : public testing::TestWithParam<GuardKind> {
 protected:
  void make(std::uint64_t limit_bytes) {
    const GuardKind kind = GetParam();
    auto made = MemoryGuard::make(limit_bytes, &kind);
    if (!made.has_value()) GTEST_SKIP() << made.error().to_string();
    guard_ = std::move(*made);
    ASSERT_EQ(guard_->kind(), kind);
  }

  Process start(std::vector<std::string> arguments) {
    ProcessRequest request;
    request.command = {ASSAY_TEST_HOG};
    request.command.insert(request.command.end(), arguments.begin(), arguments.end());
    request.cgroup = guard_->cgroup();
    auto process = Process::start(request);
    EXPECT_TRUE(process.has_value()) << process.error().to_string();
    EXPECT_TRUE(guard_->attach(process->pid()).has_value());
    return std::move(*process);
  }

  std::unique_ptr<MemoryGuard> guard_;
};

TEST_P(MemoryGuardTest, EndsAChildThatCrossesTheLimit) {
  ASSERT_NO_FATAL_FAILURE(make(64 * kMebibyte));
  if (!guard_) return;
  Process process = start({"pause", "20", "hold", "4096", "sleep"});
  const auto end = process.wait_for(kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->signal, SIGKILL);
  EXPECT_TRUE(guard_->tripped());
  EXPECT_GE(guard_->peak_bytes(), 60 * kMebibyte);
}

TEST_P(MemoryGuardTest, LeavesAChildBelowTheLimitAlone) {
  ASSERT_NO_FATAL_FAILURE(make(256 * kMebibyte));
  if (!guard_) return;
  Process process = start({"pause", "5", "hold", "96"});
  const auto end = process.wait_for(kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->exit_code, 0);
  EXPECT_FALSE(guard_->tripped());
  EXPECT_LE(guard_->peak_bytes(), 256 * kMebibyte);
}

TEST_P(MemoryGuardTest, DoesNotCallAnotherEndAMemoryEnd) {
  ASSERT_NO_FATAL_FAILURE(make(256 * kMebibyte));
  if (!guard_) return;
  Process process = start({"sleep"});
  process.kill();
  EXPECT_FALSE(guard_->tripped());
}

TEST_P(MemoryGuardTest, LeavesNothingBehind) {
  ASSERT_NO_FATAL_FAILURE(make(256 * kMebibyte));
  if (!guard_) return;
  const std::filesystem::path group = guard_->cgroup();
  Process process = start({"sleep"});
  process.kill();
  guard_.reset();
  EXPECT_FALSE(!group.empty() && std::filesystem::exists(group)) << group;
}

TEST_P(MemoryGuardTest, CleansUpAfterAMakerThatWasKilled) {
  ASSERT_NO_FATAL_FAILURE(make(256 * kMebibyte));
  if (!guard_) return;
  if (guard_->cgroup().empty()) GTEST_SKIP() << "the watcher leaves nothing that could stay";
  const auto abandoned = guard_->cgroup().parent_path() / "assay-2147483647-1";  // No such process.
  ASSERT_TRUE(std::filesystem::create_directory(abandoned));
  const auto own = guard_->cgroup();
  const auto next = MemoryGuard::make(256 * kMebibyte);
  EXPECT_FALSE(std::filesystem::exists(abandoned));
  EXPECT_TRUE(std::filesystem::exists(own)) << "a living maker's group stays";
}

INSTANTIATE_TEST_SUITE_P(EveryKind, MemoryGuardTest,
                         testing::Values(GuardKind::CgroupV2, GuardKind::CgroupV1,
                                         GuardKind::Watcher),
                         [](const auto& instance) { return std::string(name_of(instance.param)); });

TEST(MemoryGuard, AlwaysFindsSomeKind) {
  const auto guard = MemoryGuard::make(256 * kMebibyte);
  ASSERT_TRUE(guard.has_value()) << guard.error().to_string();
  EXPECT_EQ((*guard)->limit_bytes(), 256 * kMebibyte);
}

}  // namespace
}  // namespace assay::host

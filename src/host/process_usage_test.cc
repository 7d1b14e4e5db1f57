#include "host/process_usage.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/file.h"
#include "host/process.h"
#include "support/temporary_folder.h"

namespace assay::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A folder laid out as /proc.
class ProcessUsageTest : public testing::Test {
 protected:
  void add(pid_t pid, pid_t parent, int user_ticks, int pages, char state = 'S') const {
    const std::string stat =
        fmt::format("{} (a) b) {} {} 1 1 0 -1 4194560 1 2 3 4 {} 5 0 0 20 0 1 0 900 8192 {} 1\n",
                    pid, state, parent, user_ticks, pages);
    ASSERT_TRUE(base::write_file(proc() / fmt::format("{}", pid) / "stat", stat).has_value());
  }
  void remove(pid_t pid) const { std::filesystem::remove_all(proc() / fmt::format("{}", pid)); }

  const std::filesystem::path& proc() const { return folder_.path(); }

  test::TemporaryFolder folder_;
};

TEST_F(ProcessUsageTest, ReadsTheKernelsFile) {
  add(900001, 17, 95, 3);
  const auto usage = read_process_usage(900001, proc());
  ASSERT_TRUE(usage.has_value());
  EXPECT_EQ(usage->parent, 17);
  const auto tick = base::Nanoseconds(1'000'000'000 / ::sysconf(_SC_CLK_TCK));
  EXPECT_EQ(usage->cpu, 100 * tick) << "by itself and in the kernel";
  EXPECT_EQ(usage->resident_bytes, 3U * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_FALSE(read_process_usage(900002, proc()).has_value());
}

TEST_F(ProcessUsageTest, FindsChildrenOfChildren) {
  add(900001, 1, 0, 1);
  add(900002, 900001, 0, 1);
  add(900003, 900002, 0, 1);
  add(900004, 1, 0, 1);
  add(900005, 900001, 0, 1, 'Z');
  EXPECT_THAT(find_process_tree(900001, proc()), ElementsAre(900001, 900002, 900003));
  EXPECT_THAT(find_process_tree(900005, proc()), IsEmpty());
  EXPECT_THAT(find_process_tree(7, proc()), IsEmpty());
}

TEST_F(ProcessUsageTest, ATreeKeepsTheTimeOfThoseThatEnd) {
  const auto tick = base::Nanoseconds(1'000'000'000 / ::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  add(900001, 1, 1000, 10);
  add(900002, 900001, 500, 10);
  ProcessTreeUsage tree(900001, proc());
  EXPECT_EQ(tree.read()->cpu, base::Nanoseconds(0)) << "counts from here";
  add(900002, 900001, 560, 10);
  EXPECT_EQ(tree.read()->cpu, 60 * tick);
  remove(900002);
  add(900003, 900001, 2, 7);
  const auto reading = tree.read();
  EXPECT_EQ(reading->cpu, 60 * tick + 7 * tick) << "a new one counts whole";
  EXPECT_EQ(reading->resident_bytes, 17 * page);
  remove(900001);
  EXPECT_FALSE(tree.read().has_value());
}

TEST(ProcessUsage, OfThisProcessIsReadByTheRealKernel) {
  const auto usage = read_process_usage(::getpid());
  ASSERT_TRUE(usage.has_value());
  EXPECT_EQ(usage->parent, ::getppid());
  EXPECT_GT(usage->resident_bytes, 0U);
  ProcessRequest request;
  request.command = {ASSAY_TEST_HOG, "hold", "64", "sleep"};
  auto hog = Process::start(request);
  ASSERT_TRUE(hog.has_value()) << hog.error().to_string();
  EXPECT_THAT(find_process_tree(::getpid()), testing::IsSupersetOf({::getpid(), hog->pid()}));
}

}  // namespace
}  // namespace assay::host

#include "host/file_limit.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

namespace assay::host {
namespace {

using testing::HasSubstr;

rlimit present() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

TEST(FileLimit, IsRaisedAsFarAsIsNeededAndNoFurther) {
  const rlimit before = present();
  rlimit low = before;
  low.rlim_cur = 128;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_TRUE(allow_open_files(100).has_value());
  EXPECT_EQ(present().rlim_cur, 128U);
  EXPECT_TRUE(allow_open_files(200).has_value());
  EXPECT_EQ(present().rlim_cur, 200U);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(FileLimit, BeyondTheHardOneIsRefusedWithWhatThereIs) {
  const rlimit before = present();
  if (before.rlim_max == RLIM_INFINITY) GTEST_SKIP() << "no hard limit here";
  const auto refused = allow_open_files(before.rlim_max + 1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().to_string(), HasSubstr(std::to_string(before.rlim_max)));
  EXPECT_THAT(refused.error().to_string(), HasSubstr("ulimit -n"));
  EXPECT_EQ(present().rlim_cur, before.rlim_cur);
}

}  // namespace
}  // namespace assay::host

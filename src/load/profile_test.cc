#include "load/profile.h"

#include <gtest/gtest.h>

namespace assay::load {
namespace {

TEST(Profile, CountsWhatIsExpected) {
  const Profile profile({{10, 0, 10}, {5, 20, 20}, {2, 20, 0}});
  EXPECT_EQ(profile.seconds(), 17);
  EXPECT_EQ(profile.expected_until(-1), 0);
  EXPECT_EQ(profile.expected_until(4), 8);
  EXPECT_EQ(profile.expected_until(10), 50);
  EXPECT_EQ(profile.expected_until(12), 90);
  EXPECT_EQ(profile.expected_until(100), 50 + 100 + 20);
}

TEST(Profile, TimeIsTheInverseOfTheCount) {
  const Profile profile({{10, 0, 10}, {5, 20, 20}, {2, 20, 0}});
  for (double time = 0.1; time < profile.seconds(); time += 0.37) {
    EXPECT_NEAR(profile.time_of(profile.expected_until(time)), time, 1e-6) << time;
  }
  EXPECT_EQ(profile.time_of(0), 0);
  EXPECT_NEAR(profile.time_of(170), 17, 1e-6);
}

TEST(Profile, SilenceIsPassedOver) {
  const Profile profile({{1, 2, 2}, {10, 0, 0}, {1, 2, 2}});
  EXPECT_NEAR(profile.time_of(2), 1, 1e-9) << "the earliest time";
  EXPECT_NEAR(profile.time_of(2.5), 11.25, 1e-9);
}

TEST(Profile, AStagesEndBelongsToTheNext) {
  const Profile profile({{1, 1, 1}, {1, 1, 1}});
  EXPECT_EQ(profile.stage_at(0.999), 0U);
  EXPECT_EQ(profile.stage_at(1), 1U);
  EXPECT_EQ(profile.stage_at(2), 1U);
}

}  // namespace
}  // namespace assay::load

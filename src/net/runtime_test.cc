#include "net/runtime.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay::net {
namespace {

Task<int> answer_after(base::Nanoseconds wait) {
  co_await sleep_for(wait);
  co_return 42;
}

Task<int> fail() {
  co_await sleep_for(base::Nanoseconds(0));
  throw std::runtime_error("on purpose");
}

TEST(Runtime, GivesTheTasksValueOrException) {
  Runtime runtime;
  EXPECT_EQ(runtime.run(answer_after(std::chrono::milliseconds(1))), 42);
  EXPECT_THROW(runtime.run(fail()), std::runtime_error);
  EXPECT_EQ(runtime.run(answer_after(base::Nanoseconds(0))), 42) << "usable after an exception";
}

TEST(Runtime, SpawnedTasksAdvanceWhileAnotherRuns) {
  Runtime runtime;
  bool advanced = false;
  runtime.spawn([](bool& flag) -> Task<void> {
    co_await sleep_for(base::Nanoseconds(0));
    flag = true;
  }(advanced));
  EXPECT_FALSE(advanced);
  runtime.run(answer_after(std::chrono::milliseconds(5)));
  EXPECT_TRUE(advanced);
}

TEST(Runtime, StoppingAbandonsTheTaskAndLaterRunsStillWork) {
  Runtime runtime;
  runtime.spawn([](Runtime& loop) -> Task<void> {
    loop.stop();
    co_return;
  }(runtime));
  EXPECT_THROW(runtime.run(answer_after(std::chrono::milliseconds(1))), std::runtime_error);
  EXPECT_EQ(runtime.run(answer_after(std::chrono::milliseconds(5))), 42);
}

}  // namespace
}  // namespace assay::net

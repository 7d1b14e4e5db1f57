#include "study/winner.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay::study {
namespace {

using stats::Verdict;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

Showing showing(std::optional<Verdict> verdict, double time, std::int64_t memory_bytes,
                double delta = 0) {
  Showing made;
  made.verdict = verdict;
  made.delta = delta;
  made.time = time;
  made.memory_bytes = memory_bytes;
  return made;
}

TEST(Winner, ATieIsNeitherFasterNorLighter) {
  EXPECT_TRUE(is_faster(89, 100));
  EXPECT_FALSE(is_faster(90, 100));
  EXPECT_FALSE(is_faster(kUnknown, 100));
  EXPECT_FALSE(is_faster(89, kUnknown));
  EXPECT_TRUE(is_lighter(89, 100));
  EXPECT_FALSE(is_lighter(91, 100));
  EXPECT_FALSE(is_lighter(0, 100));
  EXPECT_FALSE(is_lighter(89, 0));
}

TEST(Winner, ALevelWinsByAccuracyThenByTimeThenByMemory) {
  struct Case {
    const char* what;
    std::optional<Verdict> verdict;
    double time;
    std::int64_t memory_bytes;
    bool wins;
  };
  const Showing baseline = showing(std::nullopt, 100, 1000);
  for (const Case& level : {
           Case{"better", Verdict::Better, 100, 1000, true},
           Case{"better and slower", Verdict::Better, 300, 3000, true},
           Case{"better, time unknown", Verdict::Better, kUnknown, 0, true},
           Case{"equal in all", Verdict::Equivalent, 100, 1000, false},
           Case{"faster", Verdict::Equivalent, 80, 1000, true},
           Case{"faster and heavier", Verdict::Equivalent, 80, 3000, true},
           Case{"a tie in time", Verdict::Equivalent, 95, 1000, false},
           Case{"lighter", Verdict::Equivalent, 100, 800, true},
           Case{"lighter and slower", Verdict::Equivalent, 130, 800, false},
           Case{"lighter, a tie in time", Verdict::Equivalent, 105, 800, true},
           Case{"lighter, time unknown", Verdict::Equivalent, kUnknown, 800, true},
           Case{"nothing known", Verdict::Equivalent, kUnknown, 0, false},
           Case{"undecided and faster", Verdict::Undecided, 10, 10, false},
           Case{"worse and faster", Verdict::Worse, 10, 10, false},
           Case{"void", std::nullopt, 10, 10, false},
       }) {
    EXPECT_EQ(wins(showing(level.verdict, level.time, level.memory_bytes), baseline), level.wins)
        << level.what;
  }
}

TEST(Winner, OfTwoTheBetterThenTheLargerGainThenTheFaster) {
  const Showing better = showing(Verdict::Better, 100, 0, 0.2);
  const Showing best = showing(Verdict::Better, 200, 0, 0.3);
  const Showing fast = showing(Verdict::Equivalent, 50, 0);
  const Showing faster = showing(Verdict::Equivalent, 40, 0);
  EXPECT_TRUE(wins_over(better, fast));
  EXPECT_FALSE(wins_over(faster, better));
  EXPECT_TRUE(wins_over(best, better));
  EXPECT_FALSE(wins_over(better, best));
  EXPECT_TRUE(wins_over(faster, fast));
  EXPECT_FALSE(wins_over(fast, fast));
}

}  // namespace
}  // namespace assay::study

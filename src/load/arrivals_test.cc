#include "load/arrivals.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace assay::load {
namespace {

using testing::HasSubstr;

std::vector<Arrival> arrivals(const Profile& profile, ArrivalProcess process, std::uint64_t seed) {
  auto made = schedule_arrivals(profile, process, seed);
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

double seconds(const Arrival& arrival) { return base::to_seconds(arrival.due); }

/// The largest distance between the empirical distribution and the uniform one, times √n
/// (Kolmogorov 1933): above 1.63 in one of a hundred samples.
double kolmogorov_distance(std::vector<double> uniform) {
  std::sort(uniform.begin(), uniform.end());
  const auto size = static_cast<double>(uniform.size());
  double distance = 0;
  for (std::size_t i = 0; i < uniform.size(); ++i) {
    const auto before = static_cast<double>(i);
    distance = std::max({distance, (before + 1) / size - uniform[i], uniform[i] - before / size});
  }
  return distance * std::sqrt(size);
}

TEST(Arrivals, EvenOnesAreEvenlyApart) {
  const auto due = arrivals(Profile({{2, 2, 2}}), ArrivalProcess::Even, 1);
  ASSERT_EQ(due.size(), 4U);
  EXPECT_NEAR(seconds(due[0]), 0.25, 1e-9);
  EXPECT_NEAR(seconds(due[3]), 1.75, 1e-9);
}

TEST(Arrivals, KnowTheirStage) {
  const auto due = arrivals(Profile({{1, 2, 2, true}, {1, 4, 4}}), ArrivalProcess::Even, 1);
  ASSERT_EQ(due.size(), 6U);
  EXPECT_EQ(due[1].stage, 0U);
  EXPECT_EQ(due[2].stage, 1U);
}

TEST(Arrivals, GapsOfAPoissonProcessAreExponential) {
  const auto due = arrivals(Profile({{1000, 50, 50}}), ArrivalProcess::Poisson, 7);
  EXPECT_NEAR(static_cast<double>(due.size()), 50'000, 4 * std::sqrt(50'000));
  std::vector<double> uniform;
  double before = 0;
  for (const Arrival& arrival : due) {
    uniform.push_back(-std::expm1(-50 * (seconds(arrival) - before)));
    before = seconds(arrival);
  }
  EXPECT_LT(kolmogorov_distance(std::move(uniform)), 1.63);
}

TEST(Arrivals, OfARampFollowItsRate) {
  const Profile ramp({{1000, 0, 100}});
  std::vector<double> uniform;
  for (const Arrival& arrival : arrivals(ramp, ArrivalProcess::Poisson, 8)) {
    uniform.push_back(std::pow(seconds(arrival) / 1000, 2));
  }
  EXPECT_LT(kolmogorov_distance(std::move(uniform)), 1.63);
}

TEST(Arrivals, OneSeedGivesOneSchedule) {
  const Profile profile({{10, 20, 20}});
  const auto first = arrivals(profile, ArrivalProcess::Poisson, 3);
  const auto again = arrivals(profile, ArrivalProcess::Poisson, 3);
  const auto other = arrivals(profile, ArrivalProcess::Poisson, 4);
  const auto same = [](const Arrival& a, const Arrival& b) { return a.due == b.due; };
  EXPECT_TRUE(std::equal(first.begin(), first.end(), again.begin(), again.end(), same));
  EXPECT_FALSE(std::equal(first.begin(), first.end(), other.begin(), other.end(), same));
}

TEST(Arrivals, TooManyAreRefused) {
  const auto made =
      schedule_arrivals(Profile({{3600, 1e6, 1e6}}), ArrivalProcess::Even, 1, 1'000'000);
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("3600000000"));
}

}  // namespace
}  // namespace assay::load

#include "load/arrivals.h"

#include <fmt/format.h>

#include <cmath>

#include "base/random.h"

namespace assay::load {
namespace {

/// How far in Λ the next arrival lies.
double next_step(ArrivalProcess process, base::Random& random) {
  return process == ArrivalProcess::Even ? 1.0 : -std::log1p(-random.unit());
}

}  // namespace

std::string_view name_of(ArrivalProcess process) {
  return process == ArrivalProcess::Even ? "even" : "poisson";
}

base::Result<std::vector<Arrival>> schedule_arrivals(const Profile& profile, ArrivalProcess process,
                                                     std::uint64_t seed,
                                                     std::uint64_t arrivals_max) {
  const double expected = profile.expected_until(profile.seconds());
  if (!(expected <= static_cast<double>(arrivals_max))) {
    return base::bad_input(
        fmt::format("the load asks for about {:.0f} requests, at most {} are scheduled", expected,
                    arrivals_max),
        "lower the rate or shorten the run");
  }
  base::Random random(seed);
  std::vector<Arrival> arrivals;
  arrivals.reserve(static_cast<std::size_t>(expected + 4 * std::sqrt(expected)) + 1);
  double reached = process == ArrivalProcess::Even ? 0.5 : next_step(process, random);
  while (reached < expected) {
    const double time = profile.time_of(reached);
    arrivals.push_back({base::Nanoseconds(std::llround(time * 1e9)),
                        static_cast<std::uint32_t>(profile.stage_at(time))});
    reached += next_step(process, random);
  }
  return arrivals;
}

}  // namespace assay::load

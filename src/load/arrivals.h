// When each request of an open-loop run is due: computed whole before the run from one seed, so
// that the same scenario sends the same requests at the same times whatever the machine does, and
// nothing that happens during the run can hold a request back on paper. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "load/profile.h"

namespace assay::load {

enum class ArrivalProcess {
  Even,     ///< As evenly as the rate allows.
  Poisson,  ///< Independent of each other, as the requests of many users are.
};
std::string_view name_of(ArrivalProcess process);

struct Arrival {
  base::Nanoseconds due{0};  ///< Since the start of the run.
  std::uint32_t stage = 0;   ///< Index into the profile's stages.
};

/// In order of time. Arrival k is due where the expected number Λ of the profile reaches k + ½
/// (Even), or the sum of k + 1 exponential variables of mean 1 (Poisson: the time-rescaling
/// theorem, Daley and Vere-Jones 2003, section 7.4, which makes a Poisson process of any rate from
/// one of rate 1). BadInput when more than `arrivals_max` are expected. Two seconds at 2 requests
/// per second, Even: 0.25, 0.75, 1.25 and 1.75 s.
base::Result<std::vector<Arrival>> schedule_arrivals(const Profile& profile, ArrivalProcess process,
                                                     std::uint64_t seed,
                                                     std::uint64_t arrivals_max = 100'000'000);

}  // namespace assay::load

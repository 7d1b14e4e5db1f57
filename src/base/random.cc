#include "base/random.h"

#include "base/check.h"

namespace assay::base {

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t Random::below(std::uint64_t bound) {
  ASSAY_CHECK(bound > 0, "a range has at least one value");
  // Values under this threshold would make some remainders more likely than others.
  const std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    const std::uint64_t value = next();
    if (value >= threshold) return value % bound;
  }
}

double Random::unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

}  // namespace assay::base

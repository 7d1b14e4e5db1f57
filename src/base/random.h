// Random numbers that are the same on every machine and compiler, unlike the distributions of
// <random>. SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
// OOPSLA 2014. Not for secrets.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace assay::base {

/// Not thread-safe. Random(0).next() == 0xe220a8397b1dcdaf.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// Uniform over all 64-bit values.
  std::uint64_t next();

  /// Uniform over [0, bound), without bias. Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  /// Uniform over [0, 1), a multiple of 2^-53.
  double unit();

  /// Fisher–Yates.
  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace assay::base

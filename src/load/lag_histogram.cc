#include "load/lag_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace assay::load {
namespace {

constexpr double kNanosecondsPerMs = 1e6;

}  // namespace

/// The leading bit says which doubling a value is in, the next six which part of it.
std::size_t LagHistogram::bucket_of(std::uint64_t value) {
  const auto bits = static_cast<int>(std::bit_width(value));
  if (bits <= kSubBits) return static_cast<std::size_t>(value);
  const int shift = bits - kSubBits - 1;
  const auto doubling = static_cast<std::size_t>(shift + 1);
  return (doubling << kSubBits) + static_cast<std::size_t>((value >> shift) - (1U << kSubBits));
}

std::uint64_t LagHistogram::upper_bound_of(std::size_t bucket) {
  const std::size_t doubling = bucket >> kSubBits;
  const std::uint64_t part = bucket & ((1U << kSubBits) - 1);
  if (doubling == 0) return part;
  return (((std::uint64_t{1} << kSubBits) + part + 1) << (doubling - 1)) - 1;
}

void LagHistogram::add(base::Nanoseconds delay) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, delay.count()));
  ++counts_[bucket_of(value)];
  ++samples_;
  max_ = std::max(max_, value);
}

void LagHistogram::add(const LagHistogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  samples_ += other.samples_;
  max_ = std::max(max_, other.max_);
}

double LagHistogram::ms_at(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(samples_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= rank && seen > 0) {
      return static_cast<double>(std::min(upper_bound_of(i), max_)) / kNanosecondsPerMs;
    }
  }
  return 0;
}

Lag LagHistogram::summary() const {
  return {samples_, ms_at(0.5), ms_at(0.99), static_cast<double>(max_) / kNanosecondsPerMs};
}

}  // namespace assay::load

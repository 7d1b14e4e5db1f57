// Is the mean of paired differences more than chance? Called by sign_flip where a study looks once,
// and where graded scores of two cells on the same canaries are compared. Pure functions;
// thread-safe.
#pragma once

#include <cstdint>
#include <span>

namespace assay::stats {

struct SignFlipTest {
  double mean = 0;    ///< Of the differences; 0 without any.
  double p = 1;       ///< Two-sided, above 0.
  bool exact = true;  ///< Over all assignments of signs; else over drawn ones.
};

/// The paired permutation test (Fisher 1935): were treatment and baseline the same, each canary's
/// difference would have either sign, so p is the share of all 2^n assignments of signs whose mean
/// is at least as far from 0 as the one seen. One difference per canary, its repeats averaged.
///
/// Exact, by adding one difference after the other, as long as the sums met on the way take no more
/// than four million distinct values: always up to 20 canaries, and up to two thousand when scores
/// are thirds or halves. Beyond that `rounds` assignments are drawn and p = (b + 1)/(rounds + 1),
/// with b of them at least as far (Phipson and Smyth 2010), so that p is never 0 and never too
/// small on average. Same differences and seed, same result. Requires finite differences and rounds
/// ≥ 100. Six differences of 1: 2/64 = 0.03125; without differences, or all 0: 1.
SignFlipTest sign_flip_test(std::span<const double> differences, std::uint64_t seed,
                            int rounds = 99'999);

}  // namespace assay::stats

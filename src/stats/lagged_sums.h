// Sums of products of a series with itself some steps later, for many distances at once. Called by
// `autocorrelation.h` where neighbours resemble each other over thousands of values. Pure;
// thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace assay::stats {

/// Σ xₜ xₜ₊ₖ for k = 0 … `lags`; 0 where k reaches the series' size. By Fourier transforms of
/// blocks that hold `lags` values: X_b being the transform of block b, padded with as many zeros,
/// the transform of what is wanted is Σ |X_b|² + (−1)^f X_b* X_{b+1} (Wiener and Khinchine; the
/// sign moves block b + 1 behind block b). Takes n log(lags) steps in place of n · lags. For 1, 2,
/// 3 and two lags: 14, 8, 3.
std::vector<double> lagged_sums(std::span<const double> series, std::size_t lags);

}  // namespace assay::stats

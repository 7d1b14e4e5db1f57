// How much less a series says than as many independent values would: neighbours that resemble each
// other, such as the latencies of requests that waited in one queue. Called by `percentile.h` and
// by `load`, which reports effective sample sizes. Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <span>

namespace assay::stats {

/// The integrated autocorrelation time τ = 1 + 2 Σ λ(k/M) ρ(k): the variance of the series' mean is
/// τ times that of independent values, its effective sample size n/τ. λ is the flat-top lag window
/// of Politis and Romano (1995): 1 up to one half, then falling to 0 at 1. M is twice the smallest
/// lag after which max(5, √log₁₀ n) autocorrelations in a row stay within 2 √(log₁₀ n / n) of zero
/// (Politis and White 2004, section 3.2, as corrected by Patton, Politis and White 2009), at most
/// n/4 and 10,000. Never below 1: a series that seems to say more than independent values is not
/// believed. 1 for fewer than 8 values and for a constant series. For xₜ = φ xₜ₋₁ + noise, τ = (1 +
/// φ)/(1 − φ): 3 at φ = 0.5.
double autocorrelation_time(std::span<const double> series);

/// n / autocorrelation_time(series); 0 for an empty series.
double effective_size(std::span<const double> series);

/// How many neighbours a block of the circular block bootstrap should hold, so that the variance of
/// the mean comes out with the least squared error: (2 G² n / D)^⅓, G = 2 Σ λ(k/M) k ρ(k) and D =
/// ⁴⁄₃ τ² with λ, M and τ as above (Politis and White 2004, section 3.2, as corrected by Patton,
/// Politis and White 2009). From 1 to min(3 √n, n/3); 1 wherever autocorrelation_time() is 1 by
/// convention. For xₜ = φ xₜ₋₁ + noise at φ = 0.5: (8 n / 3)^⅓, which is 13.9 at n = 1000.
double block_length(std::span<const double> series);

/// What the circular block bootstrap takes the autocorrelation time for: 1 + 2 Σ (1 − k/L) ρ(k)
/// over k < L, L being the blocks' length (Künsch 1989, theorem 3.1). Less than the true one, by
/// about the share that correlations beyond the block and at its edges have. Never below 0.
double autocorrelation_time_of_blocks(std::span<const double> series, std::size_t length);

}  // namespace assay::stats

// How much less a series says than as many independent values would: neighbours that resemble each
// other, such as the latencies of requests that waited in one queue. Called by `percentile.h` and
// by `load`, which reports effective sample sizes. Pure functions; thread-safe.
#pragma once

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

}  // namespace assay::stats

// Resamples of a series whose neighbours resemble each other, such as latencies of requests that
// waited in one queue: blocks of neighbours are drawn whole, so that what is drawn resembles itself
// in the same way. Called by `load`, whose comparisons give the statistic. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "stats/interval.h"

namespace assay::stats {

struct BlockChoice {
  std::size_t length = 1;
  /// The standard error that blocks of this length give is too small by this factor, at least 1:
  /// √(τ / τ_blocks), both in autocorrelation.h.
  double shortfall = 1;
};

/// From what each cell of the series adds to the statistic (its influence), in order. The length is
/// block_length(), rounded up.
BlockChoice choose_blocks(std::span<const double> influence);

/// The circular block bootstrap (Politis and Romano 1992), within strata: the cells of a stratum
/// are replaced by blocks of its own cells, as many as it has, so that stages of unlike load keep
/// their shares. A block that begins near the end of a stratum goes on at its beginning.
class BlockResampler {
 public:
  /// `strata` holds how many cells each has, in order. Blocks longer than a stratum are cut to it.
  BlockResampler(std::vector<std::size_t> strata, std::size_t length, std::uint64_t seed);

  /// How often each cell is in the next resample; valid until the next call.
  std::span<const std::uint32_t> next();

 private:
  std::vector<std::size_t> strata_;
  std::size_t length_;
  base::Random random_;
  std::vector<std::uint32_t> weights_;
};

/// Percentile limits from resampled values of the statistic (Efron 1979), stretched about the
/// estimate by `stretch`. Values may be infinite; NaN, of which a resample knows nothing, counts as
/// −∞ for the lower and as ∞ for the upper limit. An infinite estimate is not stretched from.
Interval resampled_limits(std::vector<double> resampled, double estimate, double confidence,
                          double stretch);

/// By how much limits grow because the spread is estimated from few blocks: the quantile of
/// Student's t over the normal one, on 3/2 (cells/length − 1) degrees of freedom, those of a
/// variance by overlapping batches (Meketon and Schmeiser 1984). 20 blocks, 0.95: 1.045.
double few_blocks_stretch(std::size_t cells, std::size_t length, double confidence);

}  // namespace assay::stats

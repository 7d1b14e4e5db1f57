// Where a series settles: the part at its start that belongs to the start and not to what goes on.
// Called by `load`. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>

namespace assay::stats {

struct SteadyState {
  std::size_t start = 0;    ///< Index of the first value that counts.
  bool was_reached = true;  ///< False: the series had not settled by its middle.
};

/// MSER-5 (White, Cobb and Spratt 2000): the series in batches of 5, cut where the squared standard
/// error of what remains, Σ(y − ȳ)² / m², is least. A cut in the second half means that nothing has
/// settled; `start` is then 0. Values that are not finite must be replaced before. Fewer than 20
/// values count as settled from the start.
SteadyState find_steady_state(std::span<const double> series);

}  // namespace assay::stats

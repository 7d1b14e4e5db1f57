// The loops that bandwidth is measured with. They stand alone because they are optimised in every
// build, also in those that are for debugging. Used by this room only.
#pragma once

#include <cstddef>

namespace assay::host {

/// How many neighbours are handled at a time; counts are multiples of it.
inline constexpr std::size_t kLanes = 16;

void fill(double* values, std::size_t count, double value);

/// Their sum, which is exact for whole numbers below 2^53.
double sum(const double* values, std::size_t count);

/// a[i] = b[i] + factor × c[i]; the arrays do not overlap.
void triad(double* a, const double* b, const double* c, double factor, std::size_t count);

}  // namespace assay::host

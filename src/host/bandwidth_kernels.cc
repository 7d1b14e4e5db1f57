#include "host/bandwidth_kernels.h"

namespace assay::host {

void fill(double* values, std::size_t count, double value) {
  for (std::size_t i = 0; i < count; ++i) values[i] = value;
}

double sum(const double* values, std::size_t count) {
  // Sums that do not wait for each other, so that memory is the limit and not the adder, over
  // several streams at once, as triad has, so that more of its channels are busy.
  constexpr std::size_t kStreams = 4;
  constexpr std::size_t kWidth = kLanes / kStreams;
  const std::size_t apart = count / kLanes * kWidth;
  double sums[kLanes] = {};
  for (std::size_t i = 0; i < apart; i += kWidth) {
    for (std::size_t stream = 0; stream < kStreams; ++stream) {
      for (std::size_t lane = 0; lane < kWidth; ++lane) {
        sums[stream * kWidth + lane] += values[stream * apart + i + lane];
      }
    }
  }
  double total = 0;
  for (const double lane : sums) total += lane;
  return total;
}

void triad(double* __restrict a, const double* __restrict b, const double* __restrict c,
           double factor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] = b[i] + factor * c[i];
}

}  // namespace assay::host

// The curvature of likelihoods that depend on differences of strengths alone. Called by
// bradley_terry.cc and bradley_terry_error.cc. Not thread-safe while added to.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "stats/cholesky.h"

namespace assay::stats {

/// A weighted graph's Laplacian: Σ w (eᵢ − eⱼ)(eᵢ − eⱼ)ᵀ. It maps equal values to 0, so that only
/// differences can be solved for.
class Laplacian {
 public:
  explicit Laplacian(std::size_t size) : values_(size * size, 0.0), size_(size) {}

  void add(std::size_t one, std::size_t other, double weight) {
    values_[one * size_ + one] += weight;
    values_[other * size_ + other] += weight;
    values_[one * size_ + other] -= weight;
    values_[other * size_ + one] -= weight;
  }

  double at(std::size_t row, std::size_t column) const { return values_[row * size_ + column]; }

  /// Solves for the values with mean 0 where the right side has mean 0: of the Laplacian plus the
  /// same constant everywhere, which changes nothing there and makes it positive definite. Requires
  /// weights above 0 that connect the graph.
  Cholesky factor() const {
    double trace = 0;
    for (std::size_t index = 0; index < size_; ++index) trace += at(index, index);
    std::vector<double> shifted = values_;
    for (double& value : shifted) value += trace / static_cast<double>(size_ * size_);
    return {std::move(shifted), size_};
  }

 private:
  std::vector<double> values_;  ///< Row by row.
  std::size_t size_;
};

}  // namespace assay::stats

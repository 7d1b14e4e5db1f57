#include "stats/cholesky.h"

#include <cmath>
#include <utility>

#include "base/check.h"

namespace assay::stats {

Cholesky::Cholesky(std::vector<double> matrix, std::size_t size)
    : factor_(std::move(matrix)), size_(size) {
  ASSAY_CHECK(factor_.size() == size * size, "a matrix has as many rows as columns");
  std::vector<double> column(size);
  for (std::size_t pivot = 0; pivot < size; ++pivot) {
    const double square = factor_[pivot * size + pivot];
    ASSAY_CHECK(square > 0 && std::isfinite(square), "the matrix is positive definite");
    const double root = std::sqrt(square);
    factor_[pivot * size + pivot] = root;
    for (std::size_t row = pivot + 1; row < size; ++row) {
      factor_[row * size + pivot] /= root;
      column[row] = factor_[row * size + pivot];
    }
    // Row by row beside a copy of the column, which the compiler turns into vector instructions.
    for (std::size_t row = pivot + 1; row < size; ++row) {
      const double multiple = column[row];
      double* const target = &factor_[row * size];
      for (std::size_t other = pivot + 1; other <= row; ++other) {
        target[other] -= multiple * column[other];
      }
    }
  }
}

void Cholesky::solve(std::span<double> values) const {
  ASSAY_CHECK(values.size() == size_, "there are as many values as rows");
  for (std::size_t row = 0; row < size_; ++row) {
    for (std::size_t before = 0; before < row; ++before) {
      values[row] -= factor_[row * size_ + before] * values[before];
    }
    values[row] /= factor_[row * size_ + row];
  }
  for (std::size_t row = size_; row-- > 0;) {
    values[row] /= factor_[row * size_ + row];
    for (std::size_t before = 0; before < row; ++before) {
      values[before] -= factor_[row * size_ + before] * values[row];
    }
  }
}

}  // namespace assay::stats

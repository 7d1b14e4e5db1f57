// Solves the small symmetric systems of a maximum-likelihood fit. Called by bradley_terry.cc and
// bradley_terry_error.cc. A library for this alone would be the room's heaviest dependency. Not
// thread-safe while constructed; const members are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace assay::stats {

/// A = L Lᵀ of a symmetric positive definite matrix (Golub and Van Loan 2013, section 4.2.5).
class Cholesky {
 public:
  /// `matrix` is row by row, `size` rows and columns; what lies above the diagonal is not looked
  /// at. Requires it to be positive definite, which a defect of the caller alone can break.
  Cholesky(std::vector<double> matrix, std::size_t size);

  /// Replaces b by the x with A x = b. Requires `size` values.
  void solve(std::span<double> values) const;

 private:
  std::vector<double> factor_;  ///< L, row by row.
  std::size_t size_;
};

}  // namespace assay::stats

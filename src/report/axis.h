// A number line for charts: from values to pixels, with round ticks.
#pragma once

#include <string>
#include <vector>

namespace assay::report {

class Axis {
 public:
  /// Covers [low, high] over the pixels [from, to]; `from` may be larger than `to` for an upward
  /// axis. A logarithmic axis needs low > 0. An empty range is widened.
  Axis(double low, double high, double from, double to, bool logarithmic = false);

  double pixel(double value) const;
  /// About `count` round values inside the range, ascending.
  std::vector<double> ticks(int count) const;
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_;
  double high_;
  double from_;
  double to_;
  bool logarithmic_;
};

}  // namespace assay::report

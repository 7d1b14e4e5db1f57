#include "stats/multiple.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace assay::stats {

std::vector<double> holm(std::span<const double> p_values) {
  for (const double p : p_values) ASSAY_CHECK(p >= 0 && p <= 1, "a p value is a probability");
  std::vector<std::size_t> ascending(p_values.size());
  std::iota(ascending.begin(), ascending.end(), std::size_t{0});
  std::sort(ascending.begin(), ascending.end(),
            [&](std::size_t one, std::size_t other) { return p_values[one] < p_values[other]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < ascending.size(); ++rank) {
    const auto hypotheses_left = static_cast<double>(ascending.size() - rank);
    largest = std::max(largest, std::min(1.0, hypotheses_left * p_values[ascending[rank]]));
    adjusted[ascending[rank]] = largest;
  }
  return adjusted;
}

}  // namespace assay::stats

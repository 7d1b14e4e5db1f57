#include "report/axis.h"

#include <cmath>

namespace assay::report {
namespace {

/// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * (1 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

}  // namespace

Axis::Axis(double low, double high, double from, double to, bool logarithmic)
    : low_(low), high_(high), from_(from), to_(to), logarithmic_(logarithmic) {
  if (high_ > low_) return;
  if (logarithmic_) {
    low_ /= 2;
    high_ *= 2;
  } else {
    low_ -= 0.5;
    high_ += 0.5;
  }
}

double Axis::pixel(double value) const {
  const double share = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_)
                                    : (value - low_) / (high_ - low_);
  return from_ + share * (to_ - from_);
}

std::vector<double> Axis::ticks(int count) const {
  std::vector<double> values;
  if (logarithmic_) {
    for (double power = std::pow(10.0, std::floor(std::log10(low_))); power <= high_; power *= 10) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double value = factor * power;
        if (value >= low_ && value <= high_) values.push_back(value);
      }
    }
    return values;
  }
  const double step = round_step((high_ - low_) / count);
  const auto first = static_cast<long>(std::ceil(low_ / step - 1e-9));
  const auto last = static_cast<long>(std::floor(high_ / step + 1e-9));
  for (long index = first; index <= last; ++index) {
    values.push_back(static_cast<double>(index) * step);
  }
  return values;
}

}  // namespace assay::report

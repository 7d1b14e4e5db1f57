#include "stats/lagged_sums.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace assay::stats {
namespace {

/// std::complex looks for infinities in every product, which takes most of its time.
struct Complex {
  double real = 0;
  double imaginary = 0;
};

Complex operator+(Complex a, Complex b) { return {a.real + b.real, a.imaginary + b.imaginary}; }
Complex operator-(Complex a, Complex b) { return {a.real - b.real, a.imaginary - b.imaginary}; }
Complex operator*(Complex a, Complex b) {
  return {a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real};
}
Complex conjugate(Complex a) { return {a.real, -a.imaginary}; }

/// Transforms of one size, a power of two (Cooley and Tukey 1965, radix 2, in place).
class Fourier {
 public:
  explicit Fourier(std::size_t size) : roots_(size / 2), places_(size) {
    for (std::size_t i = 0; i < roots_.size(); ++i) {
      const double angle =
          -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size);
      roots_[i] = {std::cos(angle), std::sin(angle)};
    }
    for (std::size_t i = 1; i < size; ++i) {
      places_[i] = places_[i / 2] / 2 + (i % 2 == 0 ? 0 : size / 2);
    }
  }

  void transform(std::vector<Complex>& values) const {
    const std::size_t size = values.size();
    for (std::size_t i = 0; i < size; ++i) {
      if (i < places_[i]) std::swap(values[i], values[places_[i]]);
    }
    for (std::size_t half = 1; half < size; half *= 2) {
      const std::size_t step = size / (2 * half);
      for (std::size_t begin = 0; begin < size; begin += 2 * half) {
        for (std::size_t i = 0; i < half; ++i) {
          const Complex first = values[begin + i];
          const Complex second = values[begin + i + half] * roots_[i * step];
          values[begin + i] = first + second;
          values[begin + i + half] = first - second;
        }
      }
    }
  }

 private:
  std::vector<Complex> roots_;
  std::vector<std::size_t> places_;  ///< Bits in reverse.
};

/// Two blocks as real and imaginary part, padded to `size` with zeros.
std::vector<Complex> two_blocks(std::span<const double> series, std::size_t begin,
                                std::size_t block) {
  std::vector<Complex> pair(2 * block);
  const auto at = [series](std::size_t t) { return t < series.size() ? series[t] : 0.0; };
  for (std::size_t i = 0; i < block; ++i) pair[i] = {at(begin + i), at(begin + block + i)};
  return pair;
}

}  // namespace

std::vector<double> lagged_sums(std::span<const double> series, std::size_t lags) {
  const std::size_t block = std::bit_ceil(std::max<std::size_t>(lags, 2));
  const std::size_t size = 2 * block;
  const Fourier fourier(size);
  std::vector<Complex> sums(size);
  std::vector<Complex> before(size);  // The block before, transformed.
  for (std::size_t begin = 0; begin < series.size(); begin += 2 * block) {
    std::vector<Complex> pair = two_blocks(series, begin, block);
    fourier.transform(pair);
    for (std::size_t f = 0; f < size; ++f) {
      const Complex mirrored = conjugate(pair[(size - f) % size]);
      const Complex first = Complex{0.5, 0} * (pair[f] + mirrored);
      const Complex second = Complex{0, -0.5} * (pair[f] - mirrored);
      const Complex shift{f % 2 == 0 ? 1.0 : -1.0, 0};
      sums[f] = sums[f] + conjugate(first) * first + conjugate(second) * second +
                shift * (conjugate(before[f]) * first + conjugate(first) * second);
      before[f] = second;
    }
  }
  // The inverse transform of what becomes real is the transform of the conjugate, by its size.
  std::transform(sums.begin(), sums.end(), sums.begin(), conjugate);
  fourier.transform(sums);
  std::vector<double> result(lags + 1);
  for (std::size_t k = 0; k <= lags && k < series.size(); ++k) {
    result[k] = sums[k].real / static_cast<double>(size);
  }
  return result;
}

}  // namespace assay::stats

#include "report/cost_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::report {
namespace {

using catalog::BreakEven;
using catalog::BreakEvenKind;

constexpr double kBillion = 1e9;
constexpr int kDecimalsMost = 12;

/// Commas between thousands of a number in plain digits.
std::string grouped(std::string digits) {
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = point; at > first + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace

std::string amount(double value) {
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 0.995) return grouped(fmt::format("{:.2f}", value));
  const int decimals = 2 - static_cast<int>(std::floor(std::log10(size)));
  return fmt::format("{:.{}f}", value, std::min(decimals, kDecimalsMost));
}

std::string tick_amount(double value) {
  return value >= 1 ? grouped(fmt::format("{:.0f}", value)) : fmt::format("{:.3g}", value);
}

std::string volume(double value) {
  if (value >= kBillion) return grouped(fmt::format("{:.1f}", value / kBillion)) + " billion";
  return grouped(fmt::format("{:.0f}", value));
}

std::string break_even_word(const BreakEven& found) {
  switch (found.kind) {
    case BreakEvenKind::At:
      return volume(found.tasks);
    case BreakEvenKind::Always:
      return "always";
    case BreakEvenKind::NeverEnergy:
    case BreakEvenKind::NeverCapacity:
      break;
  }
  return "never";
}

std::string break_even_reason(const BreakEven& found) {
  switch (found.kind) {
    case BreakEvenKind::Always:
      return "nothing is paid by the month, and a task's energy costs no more than the cloud";
    case BreakEvenKind::NeverEnergy:
      return "one task's energy alone costs as much as the cloud";
    case BreakEvenKind::NeverCapacity:
      return "a machine that works as much as it may is still dearer a task";
    case BreakEvenKind::At:
      break;
  }
  if (found.dearer_from <= 0) return "";
  const std::string stretch =
      fmt::format("dearer again from {} to {}, where a second machine is bought",
                  volume(found.dearer_from), volume(found.dearer_to));
  if (!std::isfinite(found.for_good_from)) return stretch + ", and so at each further one";
  return fmt::format("{}; for good from {}", stretch, volume(found.for_good_from));
}

}  // namespace assay::report

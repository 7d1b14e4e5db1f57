#include "load/threshold.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace assay::load {
namespace {

base::Error not_a_threshold(std::string_view expression, std::string_view found) {
  return base::bad_input(
      fmt::format("expected a threshold such as \"ttft_ms_p95 < 200\", found {} in \"{}\"", found,
                  expression),
      "write METRIC, one of < <= > >=, and a number");
}

bool is_metric(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Whether this value meets the bound.
bool meets(const Threshold& threshold, double value) {
  if (threshold.includes_bound && value == threshold.bound) return true;
  return threshold.is_upper_bound ? value < threshold.bound : value > threshold.bound;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Met:
      return "met";
    case Outcome::Missed:
      return "missed";
    case Outcome::Inconclusive:
      break;
  }
  return "inconclusive";
}

base::Result<Threshold> parse_threshold(std::string_view expression) {
  Threshold threshold;
  threshold.expression = std::string(base::trim(expression));
  const std::size_t at = expression.find_first_of("<>");
  if (at == std::string_view::npos) return not_a_threshold(expression, "no comparison");
  const std::string_view metric = base::trim(expression.substr(0, at));
  if (!is_metric(metric)) return not_a_threshold(expression, "no name of a figure");
  threshold.metric = std::string(metric);
  threshold.is_upper_bound = expression[at] == '<';
  std::string_view rest = expression.substr(at + 1);
  threshold.includes_bound = rest.starts_with('=');
  if (threshold.includes_bound) rest.remove_prefix(1);
  rest = base::trim(rest);
  const auto [end, failure] =
      std::from_chars(rest.data(), rest.data() + rest.size(), threshold.bound);
  const bool is_number = failure == std::errc() && end == rest.data() + rest.size();
  if (!is_number || !std::isfinite(threshold.bound)) {
    return not_a_threshold(expression, fmt::format("no number (\"{}\")", rest));
  }
  return threshold;
}

Outcome judge(const Threshold& threshold, const Figure& figure) {
  const bool low = meets(threshold, figure.interval.low);
  const bool high = meets(threshold, figure.interval.high);
  if (low != high) return Outcome::Inconclusive;
  return low ? Outcome::Met : Outcome::Missed;
}

}  // namespace assay::load

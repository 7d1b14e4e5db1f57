#include "endpoint/prometheus.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"

namespace assay::endpoint {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kEndsOfNames = " \t{}=,\"#";

/// A value as Go's ParseFloat takes it, as far as servers use that: decimal, NaN, ±Inf.
std::optional<double> parse_value(std::string_view word) {
  const bool is_negative = word.starts_with('-');
  if (is_negative || word.starts_with('+')) word.remove_prefix(1);
  // from_chars would take a second sign and forms such as "nan(1)".
  if (word.empty() || word.front() == '-' || word.find('(') != std::string_view::npos) {
    return std::nullopt;
  }
  double value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (end != word.data() + word.size()) return std::nullopt;
  if (failure == std::errc::result_out_of_range) {
    // Digits that are too many for a double: large ones stay comparable, small ones vanish.
    value = word.find("e-") != std::string_view::npos || word.find("E-") != std::string_view::npos
                ? 0
                : std::numeric_limits<double>::infinity();
  } else if (failure != std::errc()) {
    return std::nullopt;
  }
  return is_negative ? -value : value;
}

MetricType type_named(std::string_view name) {
  if (name == "counter") return MetricType::Counter;
  if (name == "gauge") return MetricType::Gauge;
  if (name == "histogram" || name == "gaugehistogram") return MetricType::Histogram;
  if (name == "summary") return MetricType::Summary;
  return MetricType::Unknown;
}

/// Reads one line from left to right.
class LineReader {
 public:
  LineReader(std::string_view line, std::size_t number) : rest_(line), number_(number) {}

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }

  bool take(char wanted) {
    skip_blanks();
    const bool there = rest_.starts_with(wanted);
    if (there) rest_.remove_prefix(1);
    return there;
  }

  /// Up to the next blank; empty at the end.
  std::string_view word() {
    skip_blanks();
    return cut(rest_.find_first_of(kBlanks));
  }

  base::Result<std::string> name(std::string_view what) {
    skip_blanks();
    const LineReader before = *this;
    std::string found;
    if (rest_.starts_with('"')) {
      ASSAY_TRY(found, quoted(what));
    } else {
      found = cut(rest_.find_first_of(kEndsOfNames));
    }
    if (found.empty()) return before.problem(what);
    return found;
  }

  base::Result<std::string> quoted(std::string_view what) {
    if (!take('"')) return problem(what);
    std::string text;
    while (!rest_.empty()) {
      const char letter = rest_.front();
      rest_.remove_prefix(1);
      if (letter == '"') return text;
      if (letter != '\\' || rest_.empty()) {
        text += letter;
        continue;
      }
      // \n is a line feed, \\ and \" are themselves; others stay as they are.
      const char escaped = rest_.front();
      rest_.remove_prefix(1);
      if (escaped != 'n' && escaped != '\\' && escaped != '"') text += '\\';
      text += escaped == 'n' ? '\n' : escaped;
    }
    return problem("a closing quotation mark");
  }

  /// "line 3: expected …, found `…`".
  base::Error problem(std::string_view expected) const {
    const std::string_view rest = base::trim(rest_);
    const std::string found =
        rest.empty() ? "the end of the line" : fmt::format("`{}`", base::ellipsize(rest, 40));
    return base::bad_input(fmt::format("line {}: expected {}, found {}", number_, expected, found),
                           "expected Prometheus' text format");
  }

 private:
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  std::string_view cut(std::size_t end) {
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(found.size());
    return found;
  }

  std::string_view rest_;
  std::size_t number_;
};

/// After the opening brace. A quoted string without a value is the metric's name.
base::Status read_labels(LineReader& line, MetricSample& sample) {
  while (!line.take('}')) {
    ASSAY_TRY(std::string name, line.name("a label's name or `}`"));
    if (line.take('=')) {
      ASSAY_TRY(std::string value, line.quoted("a label's value in quotation marks"));
      if (sample.labels.size() == kMetricLabelsMax) {
        return line.problem(fmt::format("at most {} labels", kMetricLabelsMax));
      }
      sample.labels.push_back({std::move(name), std::move(value)});
    } else if (sample.name.empty()) {
      sample.name = std::move(name);
    } else {
      return line.problem("`=`");
    }
    if (line.take(',')) continue;
    if (line.take('}')) break;
    return line.problem("`,` or `}`");
  }
  return base::Done{};
}

base::Result<MetricSample> read_sample(LineReader& line) {
  MetricSample sample;
  if (!line.take('{')) {
    ASSAY_TRY(sample.name, line.name("a metric's name"));
    if (line.take('{')) ASSAY_TRY_DONE(read_labels(line, sample));
  } else {
    ASSAY_TRY_DONE(read_labels(line, sample));
    if (sample.name.empty()) return line.problem("a metric's name in the braces");
  }
  LineReader before = line;
  const auto value = parse_value(line.word());
  if (!value) return before.problem("a number");
  sample.value = *value;
  if (line.at_end() || line.take('#')) return sample;  // An exemplar follows the mark.
  before = line;
  if (!parse_value(line.word())) return before.problem("a timestamp");
  if (!line.at_end() && !line.take('#')) return line.problem("the end of the line");
  return sample;
}

/// Of `# TYPE name type`. Every other comment is for people.
void read_comment(LineReader& line, Metrics& metrics) {
  if (line.word() != "TYPE") return;
  auto name = line.name("a metric's name");
  if (name) metrics.types[std::move(*name)] = type_named(line.word());
}

}  // namespace

std::string_view MetricSample::label(std::string_view label_name) const {
  for (const MetricLabel& label : labels) {
    if (label.name == label_name) return label.value;
  }
  return {};
}

base::Result<Metrics> parse_metrics(std::string_view text) {
  Metrics metrics;
  std::size_t number = 0;
  for (const std::string_view whole : base::split_lines(text)) {
    LineReader line(whole, ++number);
    if (base::trim(whole) == "# EOF") break;
    if (line.at_end()) continue;
    if (line.take('#')) {
      read_comment(line, metrics);
      continue;
    }
    if (metrics.samples.size() == kMetricSamplesMax) {
      return line.problem(fmt::format("at most {} samples", kMetricSamplesMax));
    }
    ASSAY_TRY(MetricSample sample, read_sample(line));
    metrics.samples.push_back(std::move(sample));
  }
  return metrics;
}

}  // namespace assay::endpoint

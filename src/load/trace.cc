#include "load/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "load/duration.h"

namespace assay::load {
namespace {

using base::Result;

constexpr std::size_t kRequestsMost = 10'000'000;
constexpr std::uint64_t kFileBytesMost = std::uint64_t{1} << 30U;
constexpr std::int64_t kTokensMost = 10'000'000;
constexpr double kSecondsMost = 1e10;  ///< Seconds since 1970 are below.

std::optional<double> seconds_of(const base::Json& line) {
  if (const auto seconds = base::number_member(line, "timestamp_s")) return seconds;
  for (const std::string_view key : {"timestamp_ms", "timestamp"}) {
    if (const auto ms = base::number_member(line, key)) return *ms / 1e3;
  }
  return std::nullopt;
}

std::optional<std::int64_t> tokens_of(const base::Json& line, std::string_view key,
                                      std::string_view other_key) {
  const auto tokens = base::integer_member(line, key);
  return tokens ? tokens : base::integer_member(line, other_key);
}

struct Line {
  double seconds = 0;
  TraceRequest request;
};

Result<Line> read_line(std::string_view text, const std::string& place) {
  auto parsed = base::parse_json(text);
  if (!parsed.has_value()) return std::move(parsed).error().in(place);
  const auto seconds = seconds_of(*parsed);
  const auto input = tokens_of(*parsed, "input_tokens", "input_length");
  const auto output = tokens_of(*parsed, "output_tokens", "output_length").value_or(0);
  const bool has_time = seconds && std::abs(*seconds) <= kSecondsMost;
  const bool has_lengths =
      input && *input >= 1 && *input <= kTokensMost && output >= 0 && output <= kTokensMost;
  if (has_time && has_lengths) return Line{*seconds, {{}, *input, output}};
  return base::bad_input(
      has_time ? "expected `input_tokens` of 1 to 10,000,000 and, if any, such `output_tokens`"
               : "expected a time, `timestamp_s` or `timestamp_ms`",
      R"(for example {"timestamp_ms": 1200, "input_tokens": 350, "output_tokens": 80})", place);
}

}  // namespace

Result<std::vector<TraceRequest>> parse_trace(std::string_view text, std::string_view source,
                                              const Replay& replay) {
  std::vector<Line> lines;
  std::size_t number = 0;
  for (const std::string_view line : base::split_lines(text)) {
    ++number;
    if (base::trim(line).empty()) continue;
    const std::string place = fmt::format("{}:{}", source, number);
    if (lines.size() == kRequestsMost) {
      return base::bad_input(fmt::format("a trace has at most {} requests", kRequestsMost),
                             "cut the file", place);
    }
    ASSAY_TRY(const Line read, read_line(line, place));
    lines.push_back(read);
  }
  if (lines.empty()) {
    return base::bad_input("expected a request a line, found none",
                           R"(for example {"timestamp_ms": 0, "input_tokens": 350})",
                           std::string(source));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.seconds < b.seconds; });
  const double first = lines.front().seconds;
  std::vector<TraceRequest> requests;
  for (const Line& line : lines) {
    const double after = line.seconds - first;
    if (replay.seconds_most > 0 && after >= replay.seconds_most) break;
    requests.push_back(line.request);
    requests.back().due = nanoseconds(after / replay.speed);
  }
  return requests;
}

Result<std::vector<TraceRequest>> read_trace(const Replay& replay) {
  ASSAY_TRY(const std::string text, base::read_file(replay.file, kFileBytesMost));
  return parse_trace(text, replay.file.string(), replay);
}

}  // namespace assay::load

#include "load/server_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::load {
namespace {

constexpr double kDisagreement = 0.05;

/// What the replies' usage sums up to.
struct Said {
  double prompt_tokens = 0;
  double output_tokens = 0;
  double largest_prompt = 0;
  double largest_output = 0;
  double answered = 0;
  bool is_whole = true;  ///< No request failed and every reply said its usage.
};

Said said_by(std::span<const RequestRecord> records) {
  Said said;
  for (const RequestRecord& record : records) {
    if (record.failure != Failure::None || record.output_tokens < 0 || record.prompt_tokens < 0) {
      said.is_whole = false;
      continue;
    }
    ++said.answered;
    said.prompt_tokens += static_cast<double>(record.prompt_tokens);
    said.output_tokens += static_cast<double>(record.output_tokens);
    said.largest_prompt = std::max(said.largest_prompt, static_cast<double>(record.prompt_tokens));
    said.largest_output = std::max(said.largest_output, static_cast<double>(record.output_tokens));
  }
  return said;
}

void add(std::vector<CrossCheck>& checks, std::string name, double ours, double one_request,
         const std::optional<double>& theirs, const std::string& server, std::string_view note) {
  if (!theirs) return;
  CrossCheck check{std::move(name),
                   "the replies' `usage`",
                   fmt::format("{}'s /metrics", server),
                   ours,
                   *theirs,
                   true,
                   ""};
  const double difference = std::abs(ours - *theirs);
  check.agrees = difference <= one_request || difference <= kDisagreement * std::max(ours, *theirs);
  if (!check.agrees) check.note = note;
  checks.push_back(std::move(check));
}

}  // namespace

std::vector<CrossCheck> server_checks(const ServerCounts& counts,
                                      std::span<const RequestRecord> records) {
  const Said said = said_by(records);
  std::vector<CrossCheck> checks;
  // Of failed requests the server counts what nobody said: nothing can be held against it.
  if (!said.is_whole || said.answered == 0) return checks;
  // Prompt tokens that came from a cache are in `usage`, and in no server's count of work done.
  add(checks, "prompt_tokens", said.prompt_tokens, said.largest_prompt, counts.prompt_tokens,
      counts.server,
      said.prompt_tokens > counts.prompt_tokens.value_or(0)
          ? "the server worked on fewer: its prompt cache held the others"
          : "somebody else used the server, or its figures are not what they say");
  add(checks, "output_tokens", said.output_tokens, said.largest_output, counts.output_tokens,
      counts.server, "somebody else used the server, or its `usage` is not what it made");
  add(checks, "requests", said.answered, 1, counts.requests, counts.server,
      "somebody else used the server");
  return checks;
}

void set_back(Watched& watched, base::Nanoseconds ahead) {
  const double seconds = base::to_seconds(ahead);
  for (ServerSeries& series : watched.series) {
    for (ServerSeries::Point& point : series.points) point.seconds -= seconds;
    std::erase_if(series.points, [](const auto& point) { return point.seconds < 0; });
  }
  std::erase_if(watched.series, [](const ServerSeries& series) { return series.points.empty(); });
  watched.counts.from_s -= seconds;
  watched.counts.to_s -= seconds;
}

}  // namespace assay::load

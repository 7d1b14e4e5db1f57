#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "report/escape.h"
#include "report/load_words.h"

namespace assay::report {

std::string_view failure_words(load::Failure failure) {
  constexpr std::array<std::string_view, load::kFailures> kWords{
      "none",     "no connection", "TLS",       "HTTP 4xx",  "HTTP 429 (rate limited)",
      "HTTP 5xx", "cut in reply",  "malformed", "timed out", "not sent in time by us"};
  return kWords[static_cast<std::size_t>(failure)];
}

std::string failures_text(const load::Summary& summary) {
  std::vector<std::pair<std::size_t, load::Failure>> classes;
  for (std::size_t index = 1; index < load::kFailures; ++index) {
    if (summary.failed[index] == 0) continue;
    classes.emplace_back(summary.failed[index], static_cast<load::Failure>(index));
  }
  std::stable_sort(classes.begin(), classes.end(),
                   [](const auto& left, const auto& right) { return left.first > right.first; });
  std::string text;
  for (const auto& [count, failure] : classes) {
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", failure_words(failure), count_text(count));
  }
  return text;
}

std::string breakpoint_sentence(const load::BreakpointResult& found) {
  const std::string confidence = fmt::format("{:g}% confidence", found.confidence * 100);
  if (!found.high && found.low <= 0) {
    return fmt::format("no rate could be told to hold or to break ({})", confidence);
  }
  if (!found.high) {
    return fmt::format("every rate up to {}/s, the highest tried, meets the objectives ({})",
                       rate_text(found.low), confidence);
  }
  if (found.low <= 0) {
    return fmt::format("no rate that was tried meets the objectives; {}/s is already too much ({})",
                       rate_text(*found.high), confidence);
  }
  return fmt::format("the highest rate within the objectives lies between {}/s and {}/s ({})",
                     rate_text(found.low), rate_text(*found.high), confidence);
}

std::string client_sentence(const load::ClientUse& client, double budget_ms) {
  std::string late;
  const auto add = [&](const load::Lag& lag, std::string_view what) {
    if (lag.samples == 0) return;
    late += fmt::format("{} {} {}", late.empty() ? "" : ",", what, ms_text(lag.ms_p99));
  };
  add(client.send, "sending");
  add(client.loop, "timers");
  add(client.read, "reading");
  return fmt::format(
      "{} of a core{}, {} of the time waiting for one; {}budget {}", share_text(client.cpu_share),
      client.threads > 1 ? fmt::format(" in the busiest of {} threads", client.threads) : "",
      share_text(client.run_queue_share), late.empty() ? "" : fmt::format("late at p99:{}; ", late),
      ms_text(budget_ms));
}

std::string check_sentence(const load::CrossCheck& check) {
  return single_line(fmt::format("{} ({}) against {} ({}){}{}", rate_text(check.ours),
                                 check.ours_from, rate_text(check.theirs), check.theirs_from,
                                 check.note.empty() ? "" : ": ", check.note));
}

}  // namespace assay::report

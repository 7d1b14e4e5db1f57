#include "load/itl_convention.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/check.h"
#include "base/random.h"
#include "load/measures.h"
#include "load/record_file.h"

namespace assay::load {
namespace {

struct ConventionRow {
  std::string_view name;
  std::string_view formula;
  bool needs_events;
};
constexpr std::array<ConventionRow, kItlConventions> kRows{
    ConventionRow{"assay", "(last token − first token) ÷ (tokens − 1), one a request", false},
    ConventionRow{"guidellm", "TPOT: (last token − sent) ÷ tokens, one a request", false},
    ConventionRow{"llmperf", "(end − sent) ÷ tokens, one a request", false},
    ConventionRow{"vllm", "ITL: gaps between events, of all requests together", true},
    ConventionRow{"sglang", "ITL: gap ÷ tokens of the event that ends it, once for each", true},
};

const ConventionRow& row_of(ItlConvention convention) {
  return kRows[static_cast<std::size_t>(convention)];
}

/// A value that stands for `weight` equal ones.
struct Weighted {
  double ms = 0;
  double weight = 1;
};

/// Nearest ranks of weights: the smallest value that at least such a share does not exceed.
ItlSummary summary_of(std::vector<Weighted> values, ItlConvention convention) {
  ItlSummary summary;
  summary.convention = convention;
  summary.values = values.size();
  if (values.empty()) return summary;
  std::sort(values.begin(), values.end(),
            [](const Weighted& a, const Weighted& b) { return a.ms < b.ms; });
  double weight = 0;
  double sum = 0;
  for (const Weighted& value : values) {
    weight += value.weight;
    sum += value.ms * value.weight;
  }
  summary.ms_mean = weight > 0 ? sum / weight : 0;
  const std::array<std::pair<double, double*>, 3> wanted{std::pair(0.50, &summary.ms_p50),
                                                         std::pair(0.95, &summary.ms_p95),
                                                         std::pair(0.99, &summary.ms_p99)};
  double below = 0;
  auto value = values.begin();
  for (const auto& [share, target] : wanted) {
    // Sums of weights that are no whole numbers may miss a rank by their rounding.
    while (value + 1 != values.end() && below + value->weight < share * weight * (1 - 1e-12)) {
      below += value->weight;
      ++value;
    }
    *target = value->ms;
  }
  return summary;
}

bool counts(const RequestRecord& record, std::span<const StageRun> stages) {
  return record.failure == Failure::None && record.stage < stages.size() &&
         !stages[record.stage].is_warm_up;
}

/// What is known of a reply while its events are gone through.
struct Reply {
  double output_tokens = 0;
  double output_bytes = 0;
  bool is_a_token_an_event = false;
  std::int64_t last_ns = -1;
};
using Replies = std::unordered_map<std::uint32_t, Reply>;

std::size_t one_request_in(std::span<const RequestRecord> records, std::size_t gaps_max) {
  double events = 0;
  for (const RequestRecord& record : records) events += static_cast<double>(record.content_events);
  std::size_t one_in = 1;
  while (events / static_cast<double>(one_in) > static_cast<double>(gaps_max)) one_in *= 2;
  return one_in;
}

/// The replies to look at, by number.
base::Result<Replies> replies_of(const std::filesystem::path& folder,
                                 std::span<const RequestRecord> records,
                                 std::span<const StageRun> stages, std::size_t one_in) {
  ASSAY_TRY(const std::vector<std::uint32_t> numbers, read_request_numbers(folder));
  Replies replies;
  for (std::size_t i = 0; i < std::min(numbers.size(), records.size()); ++i) {
    if (!counts(records[i], stages)) continue;
    if (one_in > 1 && (base::Random(numbers[i]).next() & (one_in - 1)) != 0) continue;
    Reply& reply = replies[numbers[i]];
    reply.output_tokens = static_cast<double>(output_tokens_of(records[i]));
    reply.is_a_token_an_event = output_tokens_of(records[i]) == records[i].content_events;
  }
  return replies;
}

base::Status sum_bytes(const std::filesystem::path& folder, Replies& replies) {
  return read_events(folder, [&](std::span<const EventRecord> events) {
    for (const EventRecord& event : events) {
      const auto reply = replies.find(event.request);
      if (reply != replies.end()) reply->second.output_bytes += event.output_bytes;
    }
  });
}

double tokens_of(const EventRecord& event, const Reply& reply, ItlConvention convention) {
  if (convention == ItlConvention::Vllm || reply.is_a_token_an_event) return 1;
  if (reply.output_bytes <= 0) return 0;
  return reply.output_tokens * event.output_bytes / reply.output_bytes;
}

base::Result<ItlSummary> of_events(const std::filesystem::path& folder,
                                   std::span<const RequestRecord> records,
                                   std::span<const StageRun> stages, ItlConvention convention,
                                   std::size_t gaps_max) {
  const std::size_t one_in = one_request_in(records, gaps_max);
  ASSAY_TRY(Replies replies, replies_of(folder, records, stages, one_in));
  if (convention == ItlConvention::Sglang) ASSAY_TRY_DONE(sum_bytes(folder, replies));
  std::vector<Weighted> values;
  ASSAY_TRY_DONE(read_events(folder, [&](std::span<const EventRecord> events) {
    for (const EventRecord& event : events) {
      const auto found = replies.find(event.request);
      if (found == replies.end()) continue;
      Reply& reply = found->second;
      const double tokens = tokens_of(event, reply, convention);
      if (reply.last_ns >= 0 && tokens > 0) {
        const base::Nanoseconds gap(std::max<std::int64_t>(0, event.arrived_ns - reply.last_ns));
        values.push_back({base::to_ms(gap) / tokens, tokens});
      }
      reply.last_ns = event.arrived_ns;
    }
  }));
  ItlSummary summary = summary_of(std::move(values), convention);
  summary.one_request_in = one_in;
  return summary;
}

/// `span` shared among `count`; none for a count that is not positive.
std::optional<double> shared(base::Nanoseconds from, base::Nanoseconds to, std::int64_t count) {
  if (from == kNever || to == kNever || count < 1) return std::nullopt;
  return base::to_ms(to - from) / static_cast<double>(count);
}

}  // namespace

std::string_view name_of(ItlConvention convention) { return row_of(convention).name; }

std::string_view formula_of(ItlConvention convention) { return row_of(convention).formula; }

bool needs_events(ItlConvention convention) { return row_of(convention).needs_events; }

std::optional<ItlConvention> find_itl_convention(std::string_view name) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [name](const ConventionRow& one) { return one.name == name; });
  if (row == kRows.end()) return std::nullopt;
  return static_cast<ItlConvention>(row - kRows.begin());
}

std::optional<double> inter_token_ms(const RequestRecord& record, ItlConvention convention) {
  ASSAY_CHECK(!needs_events(convention), "made of events");
  const std::int64_t tokens = output_tokens_of(record);
  switch (convention) {
    case ItlConvention::Guidellm:
      return shared(record.sent, record.last_content, tokens);
    case ItlConvention::Llmperf:
      return shared(record.sent, record.ended, tokens);
    case ItlConvention::Assay:
    case ItlConvention::Vllm:
    case ItlConvention::Sglang:
      break;
  }
  return measure(record, Measure::Itl);
}

base::Result<ItlSummary> summarise_itl(const std::filesystem::path& folder,
                                       std::span<const RequestRecord> records,
                                       std::span<const StageRun> stages, ItlConvention convention,
                                       std::size_t gaps_max) {
  if (needs_events(convention)) return of_events(folder, records, stages, convention, gaps_max);
  std::vector<Weighted> values;
  for (const RequestRecord& record : records) {
    if (!counts(record, stages)) continue;
    if (const auto value = inter_token_ms(record, convention)) values.push_back({*value, 1});
  }
  return summary_of(std::move(values), convention);
}

}  // namespace assay::load

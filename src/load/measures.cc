#include "load/measures.h"

#include <algorithm>

namespace assay::load {
namespace {

struct MeasureRow {
  Measure measure;
  std::string_view name;
};
constexpr std::array<MeasureRow, kMeasures> kRows{
    MeasureRow{Measure::Ttft, "ttft_ms"},
    MeasureRow{Measure::TtftScheduled, "ttft_scheduled_ms"},
    MeasureRow{Measure::Ttfo, "ttfo_ms"},
    MeasureRow{Measure::Itl, "itl_ms"},
    MeasureRow{Measure::Tpot, "tpot_ms"},
    MeasureRow{Measure::E2e, "e2e_ms"},
    MeasureRow{Measure::E2eScheduled, "e2e_scheduled_ms"},
};

std::optional<double> between_ms(base::Nanoseconds from, base::Nanoseconds to) {
  if (from == kNever || to == kNever) return std::nullopt;
  return base::to_ms(to - from);
}

/// `span` shared among `count`; none for a count that is not positive.
std::optional<double> shared(std::optional<double> span, std::int64_t count) {
  if (!span || count < 1) return std::nullopt;
  return *span / static_cast<double>(count);
}

}  // namespace

std::string_view name_of(Measure measure) { return kRows[static_cast<std::size_t>(measure)].name; }

std::optional<Measure> find_measure(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(),
                                  [name](const MeasureRow& row) { return row.name == name; });
  if (found == kRows.end()) return std::nullopt;
  return found->measure;
}

std::int64_t output_tokens_of(const RequestRecord& record) {
  return record.output_tokens >= 0 ? record.output_tokens : record.content_events;
}

std::optional<double> measure(const RequestRecord& record, Measure which) {
  switch (which) {
    case Measure::Ttft:
      return between_ms(record.sent, record.first_content);
    case Measure::TtftScheduled:
      return between_ms(record.due, record.first_content);
    case Measure::Ttfo:
      return between_ms(record.sent, record.first_answer);
    case Measure::Itl:
    case Measure::Tpot:
      return shared(between_ms(record.first_content, record.last_content),
                    output_tokens_of(record) - 1);
    case Measure::E2e:
      return between_ms(record.sent, record.ended);
    case Measure::E2eScheduled:
      break;
  }
  return between_ms(record.due, record.ended);
}

}  // namespace assay::load

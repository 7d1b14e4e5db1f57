#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "load/column_file.h"
#include "load/record_columns.h"
#include "load/record_file.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

/// As many as a schedule may have (arrivals.h).
constexpr std::size_t kRequestsMost = 100'000'000;

template <std::size_t kSize>
Result<ColumnReader> open_table(const std::filesystem::path& file,
                                const std::array<ColumnRow, kSize>& table) {
  std::array<std::string_view, kSize> names;
  for (std::size_t i = 0; i < kSize; ++i) names[i] = table[i].name;
  return ColumnReader::open(file, names);
}

Status report_cut(const ColumnReader& reader, const std::filesystem::path& file, std::string* cut) {
  if (reader.cut().empty()) return Done{};
  if (cut == nullptr) {
    return base::bad_input(reader.cut(), "the run did not come to its end", file.string());
  }
  *cut = reader.cut();
  return Done{};
}

/// A value of a row that does not fit its field.
base::Error odd_value(const std::filesystem::path& file, std::uint64_t row, std::string_view column,
                      std::int64_t value) {
  return base::bad_input(
      fmt::format("row {}: {} cannot be the {} of a request", row, value, column),
      "the file is damaged, or of another version of assay", file.string());
}

/// Sorted; BadInput where one is there twice.
Result<std::vector<std::uint32_t>> read_numbers(const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 1> kWanted{"number"};
  ASSAY_TRY(ColumnReader reader, ColumnReader::open(file, kWanted));
  std::vector<std::uint32_t> numbers;
  while (true) {
    ASSAY_TRY(const bool has_block, reader.next());
    if (!has_block) break;
    for (const std::int64_t number : reader.values(0)) {
      if (number < 0 || number > std::numeric_limits<std::uint32_t>::max()) {
        return odd_value(file, numbers.size(), "number", number);
      }
      numbers.push_back(static_cast<std::uint32_t>(number));
    }
    if (numbers.size() > kRequestsMost) {
      return base::bad_input(fmt::format("expected at most {} requests, found more", kRequestsMost),
                             "the file is damaged", file.string());
    }
  }
  std::sort(numbers.begin(), numbers.end());
  const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
  if (twice == numbers.end()) return numbers;
  return base::bad_input(
      fmt::format("expected each request once, found two with number {}", *twice),
      "the file is damaged, or two runs were put together", file.string());
}

template <typename Integer>
bool narrow(std::int64_t value, Integer& target) {
  target = static_cast<Integer>(value);
  return std::in_range<Integer>(value);
}

/// Fills the record from row `row` of the block. The first value that does not fit, by its column,
/// else none.
std::optional<std::size_t> fill(const ColumnReader& reader, std::size_t row,
                                RequestRecord& record) {
  std::array<std::int64_t, kRequestColumns.size()> values;
  for (std::size_t c = 0; c < values.size(); ++c) values[c] = reader.values(c)[row];
  const auto [number, due, sent, first_byte, first_content, first_answer, last_content, ended,
              prompt_tokens, output_tokens, content_events, http_status, stage, work, failure] =
      values;
  record.due = base::Nanoseconds(due);
  record.sent = base::Nanoseconds(sent);
  record.first_byte = base::Nanoseconds(first_byte);
  record.first_content = base::Nanoseconds(first_content);
  record.first_answer = base::Nanoseconds(first_answer);
  record.last_content = base::Nanoseconds(last_content);
  record.ended = base::Nanoseconds(ended);
  record.prompt_tokens = prompt_tokens;
  record.output_tokens = output_tokens;
  record.content_events = content_events;
  if (!narrow(http_status, record.http_status)) return 11;
  if (!narrow(stage, record.stage)) return 12;
  if (!narrow(work, record.work)) return 13;
  if (failure < 0 || failure >= static_cast<std::int64_t>(kFailures)) return 14;
  record.failure = static_cast<Failure>(failure);
  return std::nullopt;
}

}  // namespace

Result<std::vector<RequestRecord>> read_requests(const std::filesystem::path& folder,
                                                 std::string* cut) {
  const std::filesystem::path file = folder / kRequestsFile;
  // In two passes, so that no more than the records themselves and their numbers are in memory.
  ASSAY_TRY(const std::vector<std::uint32_t> numbers, read_numbers(file));
  ASSAY_TRY(ColumnReader reader, open_table(file, kRequestColumns));
  std::vector<RequestRecord> records(numbers.size());
  std::uint64_t rows_before = 0;
  while (true) {
    ASSAY_TRY(const bool has_block, reader.next());
    if (!has_block) break;
    for (std::size_t row = 0; row < reader.rows(); ++row) {
      const std::int64_t number = reader.values(0)[row];
      const auto place = std::lower_bound(numbers.begin(), numbers.end(), number);
      if (place == numbers.end() || *place != number) {
        return base::bad_input("the file changed while it was read", "read it again",
                               file.string());
      }
      RequestRecord& record = records[static_cast<std::size_t>(place - numbers.begin())];
      if (const auto odd = fill(reader, row, record)) {
        return odd_value(file, rows_before + row, kRequestColumns[*odd].name,
                         reader.values(*odd)[row]);
      }
    }
    rows_before += reader.rows();
  }
  ASSAY_TRY_DONE(report_cut(reader, file, cut));
  return records;
}

Result<std::vector<std::uint32_t>> read_request_numbers(const std::filesystem::path& folder) {
  return read_numbers(folder / kRequestsFile);
}

Status read_events(const std::filesystem::path& folder,
                   const std::function<void(std::span<const EventRecord>)>& take,
                   std::string* cut) {
  const std::filesystem::path file = folder / kEventsFile;
  ASSAY_TRY(ColumnReader reader, open_table(file, kEventColumns));
  std::vector<EventRecord> events;
  std::uint64_t rows_before = 0;
  while (true) {
    ASSAY_TRY(const bool has_block, reader.next());
    if (!has_block) break;
    events.resize(reader.rows());
    for (std::size_t row = 0; row < events.size(); ++row) {
      EventRecord& event = events[row];
      event.arrived_ns = reader.values(0)[row];
      event.read_ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(event.arrived_ns) +
                                                static_cast<std::uint64_t>(reader.values(1)[row]));
      const bool fits = narrow(reader.values(2)[row], event.request);
      if (!fits || !narrow(reader.values(3)[row], event.output_bytes)) {
        const std::size_t odd = fits ? 3 : 2;
        return odd_value(file, rows_before + row, kEventColumns[odd].name, reader.values(odd)[row]);
      }
    }
    rows_before += reader.rows();
    take(events);
  }
  return report_cut(reader, file, cut);
}

Result<EventGaps> read_event_gaps(const std::filesystem::path& folder, std::size_t gaps_max,
                                  std::string* cut) {
  EventGapCounter counter(gaps_max);
  ASSAY_TRY_DONE(read_events(
      folder, [&](std::span<const EventRecord> events) { counter.add(events); }, cut));
  return counter.finish();
}

}  // namespace assay::load

#include "load/records_csv.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <ostream>

#include "load/measures.h"
#include "load/record_file.h"

namespace assay::load {
namespace {

using base::Done;
using base::Status;

/// Rows are gathered until there are so many bytes, so that a row does not cost a write.
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 16U;

constexpr std::array kMeasuresShown{Measure::Ttft, Measure::TtftScheduled, Measure::Ttfo,
                                    Measure::Itl,  Measure::E2e,           Measure::E2eScheduled};

class Rows {
 public:
  explicit Rows(std::ostream& out) : out_(out) {}

  template <typename... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
  }

  void moment(base::Nanoseconds at) {
    if (at == kNever) return add(",");
    const std::int64_t count = at.count();
    const std::uint64_t size =
        count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    add(",{}{}.{:06}", count < 0 ? "-" : "", size / 1'000'000, size % 1'000'000);
  }

  /// Empty for `unknown`.
  void count(std::int64_t value, std::int64_t unknown) {
    value == unknown ? add(",") : add(",{}", value);
  }

  void end_row() {
    text_.push_back('\n');
    if (text_.size() >= kBytesAtOnce) flush();
  }

  Status finish() {
    flush();
    if (out_.flush()) return Done{};
    return base::system_error("cannot write the CSV to its end", "is the disk full?");
  }

 private:
  void flush() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

  std::ostream& out_;
  fmt::memory_buffer text_;
};

void add_request(Rows& rows, std::size_t number, const RequestRecord& record,
                 std::span<const StageRun> stages) {
  rows.add("{},{},{}", number,
           record.stage < stages.size() ? csv_field(stages[record.stage].name) : "", record.work);
  for (const base::Nanoseconds at :
       {record.due, record.sent, record.first_byte, record.first_content, record.first_answer,
        record.last_content, record.ended}) {
    rows.moment(at);
  }
  rows.count(record.http_status, 0);
  rows.add(",{}", name_of(record.failure));
  rows.count(record.prompt_tokens, -1);
  rows.count(record.output_tokens, -1);
  rows.add(",{}", record.content_events);
  for (const Measure shown : kMeasuresShown) {
    const auto value = measure(record, shown);
    value ? rows.add(",{:.6f}", *value) : rows.add(",");
  }
  rows.end_row();
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + '"';
}

Status write_requests_csv(std::ostream& out, std::span<const RequestRecord> records,
                          std::span<const StageRun> stages,
                          std::span<const std::uint32_t> numbers) {
  Rows rows(out);
  rows.add(
      "request,stage,work,due_at_ms,sent_at_ms,first_byte_at_ms,first_content_at_ms,"
      "first_answer_at_ms,last_content_at_ms,ended_at_ms,http_status,failure,prompt_tokens,"
      "output_tokens,content_events");
  for (const Measure shown : kMeasuresShown) rows.add(",{}", name_of(shown));
  rows.end_row();
  for (std::size_t i = 0; i < records.size(); ++i) {
    add_request(rows, i < numbers.size() ? numbers[i] : i, records[i], stages);
  }
  return rows.finish();
}

Status write_events_csv(std::ostream& out, const std::filesystem::path& folder, std::string* cut) {
  Rows rows(out);
  rows.add("request,arrived_at_ms,read_at_ms,output_bytes");
  rows.end_row();
  const auto add_events = [&](std::span<const EventRecord> events) {
    for (const EventRecord& event : events) {
      rows.add("{}", event.request);
      rows.moment(base::Nanoseconds(event.arrived_ns));
      rows.moment(base::Nanoseconds(event.read_ns));
      rows.add(",{}", event.output_bytes);
      rows.end_row();
    }
  };
  ASSAY_TRY_DONE(read_events(folder, add_events, cut));
  return rows.finish();
}

}  // namespace assay::load

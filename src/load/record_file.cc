#include "load/record_file.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/check.h"
#include "load/column_file.h"
#include "load/record_columns.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

using RequestRow = std::array<std::int64_t, kRequestColumns.size()>;
using EventRow = std::array<std::int64_t, kEventColumns.size()>;

RequestRow row_of(const NumberedRecord& numbered) {
  const RequestRecord& record = numbered.record;
  return {numbered.number,
          record.due.count(),
          record.sent.count(),
          record.first_byte.count(),
          record.first_content.count(),
          record.first_answer.count(),
          record.last_content.count(),
          record.ended.count(),
          record.prompt_tokens,
          record.output_tokens,
          record.content_events,
          record.http_status,
          record.stage,
          record.work,
          static_cast<std::int64_t>(record.failure)};
}

EventRow row_of(const EventRecord& event) {
  const auto delay =
      static_cast<std::uint64_t>(event.read_ns) - static_cast<std::uint64_t>(event.arrived_ns);
  return {event.arrived_ns, static_cast<std::int64_t>(delay), event.request, event.output_bytes};
}

/// One of the two files and the rows that do not fill a block yet.
template <const auto& kTable, typename Record>
class Table {
 public:
  static Result<Table> create(const std::filesystem::path& file) {
    std::vector<Column> columns;
    for (const ColumnRow& row : kTable) columns.push_back({std::string(row.name), row.coding});
    Table table;
    ASSAY_TRY(table.writer_, ColumnWriter::create(file, std::move(columns)));
    for (auto& column : table.columns_) column.resize(kBlockRowsMost);
    return table;
  }

  bool is_empty() const { return rows_ == 0; }

  Status append(std::span<const Record> records) {
    while (!records.empty()) {
      const std::size_t count = std::min(records.size(), kBlockRowsMost - rows_);
      for (std::size_t i = 0; i < count; ++i) {
        const auto row = row_of(records[i]);
        for (std::size_t c = 0; c < row.size(); ++c) columns_[c][rows_ + i] = row[c];
      }
      rows_ += count;
      records = records.subspan(count);
      if (rows_ == kBlockRowsMost) ASSAY_TRY_DONE(flush());
    }
    return Done{};
  }

  Status flush() {
    if (is_empty()) return Done{};
    std::array<std::span<const std::int64_t>, kTable.size()> spans;
    for (std::size_t c = 0; c < spans.size(); ++c) spans[c] = std::span(columns_[c]).first(rows_);
    rows_ = 0;
    return writer_->write_block(spans);
  }

  Status finish() {
    ASSAY_TRY_DONE(flush());
    return writer_->finish();
  }

 private:
  std::unique_ptr<ColumnWriter> writer_;
  std::array<std::vector<std::int64_t>, kTable.size()> columns_;
  std::size_t rows_ = 0;
};

using RequestTable = Table<kRequestColumns, NumberedRecord>;
using EventTable = Table<kEventColumns, EventRecord>;

template <typename Record>
std::uint64_t bytes_of(const std::vector<Record>& block) {
  return block.size() * sizeof(Record);
}

}  // namespace

/// Up to `first_failure` guarded by `mutex`; from there on the thread's own.
struct RecordWriter::Worker {
  struct Waiting {
    std::vector<std::vector<NumberedRecord>> requests;
    std::vector<std::vector<EventRecord>> events;
    std::uint64_t bytes = 0;
  };

  mutable std::mutex mutex;
  std::condition_variable arrived;
  Waiting waiting;
  std::uint64_t bytes_in_work = 0;
  bool is_closing = false;
  Status first_failure = Done{};

  RequestTable requests;
  EventTable events;
  base::Nanoseconds lost_at_most;
  std::optional<base::MonotonicTime> flush_at;
  std::thread thread;

  Worker(RequestTable request_table, EventTable event_table, base::Nanoseconds lost_most)
      : requests(std::move(request_table)),
        events(std::move(event_table)),
        lost_at_most(lost_most),
        thread([this] { run(); }) {}

  template <typename Record>
  void append(std::vector<std::vector<Record>> Waiting::*list, std::vector<Record> block) {
    if (block.empty()) return;
    const std::lock_guard lock(mutex);
    ASSAY_CHECK(!is_closing, "nothing is appended to records that are closed");
    if (!first_failure.has_value()) return;
    waiting.bytes += bytes_of(block);
    (waiting.*list).push_back(std::move(block));
    arrived.notify_one();
  }

  void run() {
    std::unique_lock lock(mutex);
    for (bool is_last = false; !is_last;) {
      const auto has_work = [&] { return is_closing || waiting.bytes > 0; };
      if (flush_at) {
        arrived.wait_until(lock, *flush_at, has_work);
      } else {
        arrived.wait(lock, has_work);
      }
      is_last = is_closing;
      Waiting taken = std::exchange(waiting, {});
      bytes_in_work = taken.bytes;
      const bool is_broken = !first_failure.has_value();
      lock.unlock();
      Status written = is_broken ? Status(Done{}) : write(taken, is_last);
      taken = {};
      lock.lock();
      bytes_in_work = 0;
      if (written.has_value()) continue;
      first_failure = std::move(written);
      waiting = {};
      flush_at.reset();
    }
  }

  Status write(const Waiting& taken, bool is_last) {
    for (const auto& block : taken.requests) ASSAY_TRY_DONE(requests.append(block));
    for (const auto& block : taken.events) ASSAY_TRY_DONE(events.append(block));
    if (is_last) {
      // The events are as good as the disk lets them be even where the requests are not.
      Status requests_finished = requests.finish();
      Status events_finished = events.finish();
      return requests_finished.has_value() ? std::move(events_finished)
                                           : std::move(requests_finished);
    }
    return flush_when_due();
  }

  Status flush_when_due() {
    if (requests.is_empty() && events.is_empty()) {
      flush_at.reset();
      return Done{};
    }
    const base::MonotonicTime now = base::system_clock().now();
    if (!flush_at) flush_at = now + lost_at_most;
    if (now < *flush_at) return Done{};
    flush_at.reset();
    ASSAY_TRY_DONE(requests.flush());
    return events.flush();
  }

  Status close() {
    {
      const std::lock_guard lock(mutex);
      is_closing = true;
      arrived.notify_one();
    }
    if (thread.joinable()) thread.join();
    return first_failure;
  }
};

RecordWriter::RecordWriter(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

RecordWriter::~RecordWriter() { (void)worker_->close(); }

Result<std::unique_ptr<RecordWriter>> RecordWriter::open(const std::filesystem::path& folder,
                                                         base::Nanoseconds lost_at_most) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    return base::errno_error(failure.value(), "create the folder of raw records", folder.string());
  }
  ASSAY_TRY(RequestTable requests, RequestTable::create(folder / kRequestsFile));
  ASSAY_TRY(EventTable events, EventTable::create(folder / kEventsFile));
  return std::unique_ptr<RecordWriter>(new RecordWriter(
      std::make_unique<Worker>(std::move(requests), std::move(events), lost_at_most)));
}

void RecordWriter::append(std::vector<NumberedRecord> block) {
  worker_->append(&Worker::Waiting::requests, std::move(block));
}

void RecordWriter::append(std::vector<EventRecord> block) {
  worker_->append(&Worker::Waiting::events, std::move(block));
}

std::uint64_t RecordWriter::waiting_bytes() const {
  const std::lock_guard lock(worker_->mutex);
  return worker_->waiting.bytes + worker_->bytes_in_work;
}

Status RecordWriter::close() { return worker_->close(); }

}  // namespace assay::load

// The raw records of one target on disk: a table of requests and a table of events, each a column
// file. Written while the run goes on, on a thread of its own, so that hours of traffic take no
// memory; docs/reference/load-records.md describes the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "load/event_gaps.h"
#include "load/run_record.h"

namespace assay::load {

/// A request's record with its number, for records come in the order in which requests end.
struct NumberedRecord {
  std::uint32_t number = 0;
  RequestRecord record;
};

/// Blocks are handed over from any thread and never wait for the disk.
class RecordWriter {
 public:
  /// Creates the folder and its files `requests.columns` and `events.columns`. A System error when
  /// they cannot be.
  static base::Result<std::unique_ptr<RecordWriter>> open(const std::filesystem::path& folder);
  ~RecordWriter();  ///< As close(), without its error.
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  void append(std::vector<NumberedRecord> block);
  void append(std::vector<EventRecord> block);

  /// Bytes of blocks that wait to be written: memory that grows when the disk cannot keep up.
  std::uint64_t waiting_bytes() const;

  /// Writes what waits, then syncs the files to the disk. The first error of any write.
  base::Status close();

 private:
  struct Worker;
  explicit RecordWriter(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

/// In order of their numbers; numbers that never came are left out.
base::Result<std::vector<RequestRecord>> read_requests(const std::filesystem::path& folder);

/// Streams through the events file; memory is bounded by leaving out all but every so many-th
/// request.
base::Result<EventGaps> read_event_gaps(const std::filesystem::path& folder,
                                        std::size_t gaps_max = 10'000'000);

}  // namespace assay::load

// The raw records of one target on disk: a table of requests and a table of events, each a column
// file. Written while the run goes on, on a thread of its own, so that hours of traffic take no
// memory; docs/reference/load-records.md describes the files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
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
  /// they cannot be. What was appended is in the files after `lost_at_most` even where it fills no
  /// block, so that a crash loses no more than that.
  static base::Result<std::unique_ptr<RecordWriter>> open(
      const std::filesystem::path& folder,
      base::Nanoseconds lost_at_most = std::chrono::seconds(10));
  ~RecordWriter();  ///< As close(), without its error.
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  void append(std::vector<NumberedRecord> block);
  void append(std::vector<EventRecord> block);

  /// Bytes of blocks that wait to be written: memory that grows when the disk cannot keep up. After
  /// the first error blocks are dropped, so that a full disk does not fill the memory too.
  std::uint64_t waiting_bytes() const;

  /// Writes what waits, then syncs the files to the disk. The first error of any write.
  base::Status close();

 private:
  struct Worker;
  explicit RecordWriter(std::unique_ptr<Worker> worker);
  std::unique_ptr<Worker> worker_;
};

/// In order of their numbers; numbers that never came are left out. A file that was cut off by a
/// crash or a full disk is BadInput, unless `cut` is given: then it gets a sentence that says so,
/// and what is there is returned.
base::Result<std::vector<RequestRecord>> read_requests(const std::filesystem::path& folder,
                                                       std::string* cut = nullptr);

/// The numbers of the requests that read_requests() returns, in the same order: what events say
/// they are of. BadInput as there.
base::Result<std::vector<std::uint32_t>> read_request_numbers(const std::filesystem::path& folder);

/// Shows all events in the order in which they were written, block by block: those of one request
/// are in order of arrival. `cut` as above.
base::Status read_events(const std::filesystem::path& folder,
                         const std::function<void(std::span<const EventRecord>)>& take,
                         std::string* cut = nullptr);

/// Streams through the events file; memory is bounded by leaving out all but every so many-th
/// request. `cut` as above.
base::Result<EventGaps> read_event_gaps(const std::filesystem::path& folder,
                                        std::size_t gaps_max = 10'000'000,
                                        std::string* cut = nullptr);

}  // namespace assay::load

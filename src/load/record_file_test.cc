#include "load/record_file.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <filesystem>
#include <limits>
#include <thread>

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "load/column_file.h"
#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using base::Nanoseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// Every field has a value that no other field has.
NumberedRecord numbered(std::uint32_t number) {
  RequestRecord record;
  record.due = Nanoseconds(number * 1000LL + 1);
  record.sent = Nanoseconds(number * 1000LL + 2);
  record.first_byte = Nanoseconds(number * 1000LL + 3);
  record.first_content = Nanoseconds(number * 1000LL + 4);
  record.first_answer = Nanoseconds(number * 1000LL + 5);
  record.last_content = Nanoseconds(number * 1000LL + 6);
  record.ended = Nanoseconds(number * 1000LL + 7);
  record.prompt_tokens = 8;
  record.output_tokens = 9;
  record.content_events = 10;
  record.http_status = 503;
  record.stage = 11;
  record.work = 12;
  record.failure = static_cast<Failure>(number % kFailures);
  return {number, record};
}

auto fields(const RequestRecord& record) {
  return std::tuple(record.due, record.sent, record.first_byte, record.first_content,
                    record.first_answer, record.last_content, record.ended, record.prompt_tokens,
                    record.output_tokens, record.content_events, record.http_status, record.stage,
                    record.work, record.failure);
}

auto fields(const EventRecord& event) {
  return std::tuple(event.arrived_ns, event.read_ns, event.request, event.output_bytes);
}

std::vector<EventRecord> events_in(const std::filesystem::path& folder,
                                   std::string* cut = nullptr) {
  std::vector<EventRecord> all;
  const base::Status read = read_events(
      folder,
      [&](std::span<const EventRecord> events) {
        all.insert(all.end(), events.begin(), events.end());
      },
      cut);
  EXPECT_TRUE(read.has_value()) << read.error().to_string();
  return all;
}

TEST(RecordFile, KeepsEveryFieldInOrderOfNumbersWithoutThoseThatNeverCame) {
  const test::TemporaryFolder folder;
  auto writer = RecordWriter::open(folder.path() / "a" / "target-1").value();
  writer->append(std::vector{numbered(5), numbered(0)});
  writer->append(std::vector{numbered(1), numbered(9)});
  NumberedRecord empty;
  empty.number = 3;
  writer->append(std::vector{empty});
  writer->append(std::vector<NumberedRecord>{});
  ASSERT_TRUE(writer->close().has_value());
  const auto records = read_requests(folder.path() / "a" / "target-1").value();
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(fields(records[0]), fields(numbered(0).record));
  EXPECT_EQ(fields(records[1]), fields(numbered(1).record));
  EXPECT_EQ(fields(records[2]), fields(RequestRecord{}));
  EXPECT_EQ(fields(records[3]), fields(numbered(5).record));
  EXPECT_EQ(fields(records[4]), fields(numbered(9).record));
}

TEST(RecordFile, KeepsTheExtremesOfEveryField) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost32 = std::numeric_limits<std::uint32_t>::max();
  NumberedRecord extreme = numbered(kMost32);
  extreme.record.due = Nanoseconds(kMost);
  extreme.record.ended = Nanoseconds(kLeast);
  extreme.record.stage = kMost32;
  extreme.record.work = kMost32;
  extreme.record.http_status = std::numeric_limits<std::int32_t>::min();
  const std::vector<EventRecord> events{{kLeast, kMost, kMost32, kMost32}, {kMost, kLeast, 0, 0}};
  const test::TemporaryFolder folder;
  auto writer = RecordWriter::open(folder.path()).value();
  writer->append(std::vector{extreme});
  writer->append(events);
  ASSERT_TRUE(writer->close().has_value());
  EXPECT_EQ(fields(read_requests(folder.path()).value().at(0)), fields(extreme.record));
  const auto read = events_in(folder.path());
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(fields(read[0]), fields(events[0]));
  EXPECT_EQ(fields(read[1]), fields(events[1]));
}

TEST(RecordFile, KeepsEventsOfManyBlocksFromManyThreadsInEachThreadsOrder) {
  constexpr std::uint32_t kThreads = 4;
  constexpr std::uint32_t kBlocks = 100;
  constexpr std::uint32_t kEvents = 500;  // 200,000 in all: more than three blocks of the file.
  const test::TemporaryFolder folder;
  auto writer = RecordWriter::open(folder.path()).value();
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&writer, thread] {
      for (std::uint32_t block = 0; block < kBlocks; ++block) {
        std::vector<EventRecord> events;
        for (std::uint32_t i = 0; i < kEvents; ++i) {
          const std::int64_t at = block * kEvents + i;
          events.push_back({at * 1000, at * 1000 + thread, thread, i});
        }
        writer->append(std::move(events));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(writer->close().has_value());
  EXPECT_EQ(writer->waiting_bytes(), 0U);
  std::array<std::int64_t, kThreads> next{};
  for (const EventRecord& event : events_in(folder.path())) {
    ASSERT_EQ(event.arrived_ns, next[event.request]++ * 1000);
    ASSERT_EQ(event.read_ns, event.arrived_ns + event.request);
  }
  EXPECT_THAT(next, testing::Each(kBlocks * kEvents));
  EXPECT_EQ(read_event_gaps(folder.path()).value().gaps, kThreads * (kBlocks * kEvents - 1));
}

TEST(RecordFile, HasOnDiskWhatWasAppendedBeforeACrash) {
  const test::TemporaryFolder folder;
  auto writer = RecordWriter::open(folder.path(), Nanoseconds(0)).value();
  writer->append(std::vector{numbered(0), numbered(1)});
  writer->append(std::vector<EventRecord>{{1, 2, 3, 4}});
  while (writer->waiting_bytes() > 0) std::this_thread::yield();
  // The files as they would be found if the program ended here.
  const auto copy = folder.path() / "copy";
  std::filesystem::create_directory(copy);
  for (const char* name : {"requests.columns", "events.columns"}) {
    std::filesystem::copy(folder.path() / name, copy / name);
  }
  std::string cut;
  EXPECT_EQ(read_requests(copy, &cut).value().size(), 2U);
  EXPECT_THAT(cut, HasSubstr("2 whole rows"));
  cut.clear();
  EXPECT_EQ(events_in(copy, &cut).size(), 1U);
  EXPECT_THAT(cut, HasSubstr("1 whole rows"));
  const auto strict = read_requests(copy);
  EXPECT_EQ(strict.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(strict.error().to_string(), HasSubstr("requests.columns was cut off"));
  EXPECT_FALSE(read_event_gaps(copy).has_value());
  ASSERT_TRUE(writer->close().has_value());
  cut.clear();
  EXPECT_EQ(read_requests(folder.path(), &cut).value().size(), 2U);
  EXPECT_EQ(cut, "");
}

/// Random enough to take space on disk.
std::vector<EventRecord> large_block(std::uint64_t seed) {
  base::Random random(seed);
  std::vector<EventRecord> events(50'000);
  for (EventRecord& event : events) {
    event.arrived_ns = static_cast<std::int64_t>(random.below(1ULL << 62U));
    event.read_ns = event.arrived_ns;
  }
  return events;
}

/// Appends until the disk is full; the error of closing.
base::Error fill(const std::filesystem::path& folder) {
  auto writer = RecordWriter::open(folder).value();
  for (std::uint64_t i = 0; i < 40; ++i) {
    writer->append(large_block(i));
    while (writer->waiting_bytes() > 0) std::this_thread::yield();
  }
  const base::Status closed = writer->close();
  EXPECT_FALSE(closed.has_value());
  EXPECT_EQ(writer->close().has_value(), closed.has_value());
  return closed.has_value() ? base::internal_error("the disk took it all") : closed.error();
}

void expect_whole_blocks(const std::filesystem::path& folder) {
  std::string cut;
  const auto events = events_in(folder, &cut);
  EXPECT_THAT(cut, HasSubstr("events.columns was cut off"));
  EXPECT_GT(events.size(), 0U);
  EXPECT_EQ(events.size() % kBlockRowsMost, 0U);
  const auto first = large_block(0);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), events.begin(),
                         [](const EventRecord& left, const EventRecord& right) {
                           return fields(left) == fields(right);
                         }));
}

TEST(RecordFile, OnAFullDiskSaysSoAndLeavesWholeBlocks) {
  const test::TemporaryFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=2m") != 0) {
    GTEST_SKIP() << "this process may not mount a small disk";
  }
  const base::Error error = fill(folder.path());
  expect_whole_blocks(folder.path());
  ::umount2(folder.path().c_str(), MNT_DETACH);
  EXPECT_EQ(error.kind, base::ErrorKind::System);
  EXPECT_THAT(error.to_string(), testing::AllOf(HasSubstr("events.columns: cannot write"),
                                                HasSubstr("No space left on device")));
}

TEST(RecordFile, AtALimitOfTheFileSizeSaysSoAndLeavesWholeBlocks) {
  const test::TemporaryFolder folder;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 2'000'000;
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const base::Error error = fill(folder.path());
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  EXPECT_THAT(error.to_string(), HasSubstr("File too large"));
  expect_whole_blocks(folder.path());
}

TEST(RecordFile, SaysWhichFileCannotBeCreated) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(base::write_file(folder.path() / "file", "x").has_value());
  EXPECT_THAT(RecordWriter::open(folder.path() / "file" / "target-1").error().to_string(),
              HasSubstr("file/target-1: cannot create the folder"));
  std::filesystem::create_directories(folder.path() / "t" / "events.columns");
  EXPECT_THAT(RecordWriter::open(folder.path() / "t").error().to_string(),
              HasSubstr("events.columns: cannot create the file"));
}

/// A requests file in `folder` with rows of these values, one a row, all other columns 0.
void write_rows(const std::filesystem::path& folder, const std::string& column,
                const std::vector<std::int64_t>& values) {
  std::vector<Column> columns;
  for (const char* name :
       {"number", "due_ns", "sent_ns", "first_byte_ns", "first_content_ns", "first_answer_ns",
        "last_content_ns", "ended_ns", "prompt_tokens", "output_tokens", "content_events",
        "http_status", "stage", "work", "failure"}) {
    columns.push_back({name, ColumnCoding::Plain});
  }
  std::vector<std::int64_t> numbers(values.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i);
  const std::vector<std::int64_t> zeros(values.size());
  std::vector<std::span<const std::int64_t>> spans;
  for (const Column& each : columns) {
    spans.emplace_back(each.name == column ? values : each.name == "number" ? numbers : zeros);
  }
  auto writer = ColumnWriter::create(folder / "requests.columns", columns).value();
  ASSERT_TRUE(writer->write_block(spans).has_value());
  ASSERT_TRUE(writer->finish().has_value());
}

TEST(RecordFile, RefusesValuesThatNoRequestHas) {
  const test::TemporaryFolder folder;
  const auto error_of = [&](const std::string& column, const std::vector<std::int64_t>& values) {
    write_rows(folder.path(), column, values);
    const auto read = read_requests(folder.path());
    return read.has_value() ? "" : read.error().to_string();
  };
  EXPECT_EQ(error_of("failure", {0, 9}), "");
  EXPECT_THAT(error_of("failure", {0, 10}),
              HasSubstr("requests.columns: row 1: 10 cannot be the failure of a request"));
  EXPECT_THAT(error_of("failure", {-1}), HasSubstr("-1 cannot be the failure"));
  EXPECT_THAT(error_of("number", {3, -1}), HasSubstr("row 1: -1 cannot be the number"));
  EXPECT_THAT(error_of("number", {7, 2, 7}), HasSubstr("found two with number 7"));
  EXPECT_THAT(error_of("stage", {1LL << 32}), HasSubstr("cannot be the stage"));
  EXPECT_THAT(error_of("work", {-1}), HasSubstr("cannot be the work"));
  EXPECT_THAT(error_of("http_status", {1LL << 31}), HasSubstr("cannot be the http_status"));
}

/// The table rows that the reference has for the columns which the file's first line names.
std::string documented(const std::filesystem::path& file) {
  const std::string text = base::read_file(file).value();
  const std::vector<std::string> words = base::split(text.substr(0, text.find('\n')), ' ');
  std::string rows;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto column = base::split(words[i], ':');
    rows += "| `" + column[0] + "` | " + column[1] + " |\n";
  }
  return rows;
}

TEST(RecordFile, HasTheColumnsThatTheReferenceDescribes) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(RecordWriter::open(folder.path()).value()->close().has_value());
  std::string rows;
  const std::string reference = base::read_file(ASSAY_LOAD_RECORDS_REFERENCE).value();
  for (const std::string_view line : base::split_lines(reference)) {
    const bool is_row = line.starts_with("| `") && (line.find("` | delta | ") != line.npos ||
                                                    line.find("` | plain | ") != line.npos);
    if (is_row)
      rows += std::string(line.substr(0, line.find('|', line.find("` | ") + 4) + 1)) + "\n";
  }
  EXPECT_EQ(rows, documented(folder.path() / "requests.columns") +
                      documented(folder.path() / "events.columns"));
  for (std::size_t i = 0; i < kFailures; ++i) {
    const auto failure = static_cast<Failure>(i);
    EXPECT_THAT(reference, HasSubstr(std::to_string(i) + " " + std::string(name_of(failure))));
  }
}

TEST(RecordFile, OfARunWithoutRecordsIsEmpty) {
  const test::TemporaryFolder folder;
  ASSERT_TRUE(RecordWriter::open(folder.path()).value()->close().has_value());
  EXPECT_EQ(read_requests(folder.path()).value().size(), 0U);
  EXPECT_EQ(read_event_gaps(folder.path()).value().gaps, 0U);
  EXPECT_THAT(read_requests(folder.path() / "no").error().to_string(),
              HasSubstr("no/requests.columns: expected a file of raw records, found none"));
}

}  // namespace
}  // namespace assay::load

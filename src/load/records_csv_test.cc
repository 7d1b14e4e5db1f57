#include "load/records_csv.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "load/record_file.h"
#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using base::Nanoseconds;
using testing::HasSubstr;

std::vector<std::string> lines_of(const std::vector<RequestRecord>& records,
                                  const std::vector<StageRun>& stages) {
  std::ostringstream out;
  EXPECT_TRUE(write_requests_csv(out, records, stages).has_value());
  std::vector<std::string> lines;
  const std::string text = out.str();
  for (const auto line : base::split_lines(text)) lines.emplace_back(line);
  return lines;
}

StageRun stage(const std::string& name) {
  StageRun made;
  made.name = name;
  return made;
}

TEST(RecordsCsv, HasEveryFieldAndTheTimesByDefinition) {
  RequestRecord record;
  record.due = Nanoseconds(1'000'000);
  record.sent = Nanoseconds(1'500'001);
  record.first_byte = Nanoseconds(100'000'000);
  record.first_content = Nanoseconds(101'500'001);
  record.first_answer = Nanoseconds(151'500'001);
  record.last_content = Nanoseconds(201'500'001);
  record.ended = Nanoseconds(203'500'001);
  record.prompt_tokens = 300;
  record.output_tokens = 51;
  record.content_events = 40;
  record.http_status = 200;
  record.stage = 1;
  record.work = 7;
  const auto lines = lines_of({record}, {stage("1"), stage("ramp")});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0],
            "request,stage,work,due_at_ms,sent_at_ms,first_byte_at_ms,first_content_at_ms,"
            "first_answer_at_ms,last_content_at_ms,ended_at_ms,http_status,failure,prompt_tokens,"
            "output_tokens,content_events,ttft_ms,ttft_scheduled_ms,ttfo_ms,itl_ms,e2e_ms,"
            "e2e_scheduled_ms");
  EXPECT_EQ(lines[1],
            "0,ramp,7,1.000000,1.500001,100.000000,101.500001,151.500001,201.500001,203.500001,"
            "200,none,300,51,40,100.000000,100.500001,150.000000,2.000000,202.000000,202.500001");
}

TEST(RecordsCsv, LeavesEmptyWhatDidNotComeAndKeepsFailures) {
  RequestRecord refused;
  refused.ended = Nanoseconds(2'000'000);
  refused.failure = Failure::Connect;
  RequestRecord limited;
  limited.sent = Nanoseconds(0);
  limited.ended = Nanoseconds(-1'500'000);  // Never seen, but exact nevertheless.
  limited.http_status = 429;
  limited.stage = 9;
  limited.failure = Failure::RateLimited;
  const auto lines = lines_of({refused, limited}, {stage("1")});
  EXPECT_EQ(lines[1], "0,1,0,0.000000,,,,,,2.000000,,connect,,,0,,,,,,2.000000");
  EXPECT_THAT(lines[2], testing::StartsWith("1,,0,0.000000,0.000000,,,,,-1.500000,429,"
                                            "rate_limited,,,0,"));
}

TEST(RecordsCsv, QuotesWhatHasToBe) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hello\""), "\"say \"\"hello\"\"\"");
  EXPECT_EQ(csv_field("two\nlines\r"), "\"two\nlines\r\"");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_THAT(lines_of({RequestRecord{}}, {stage("peak, \"hard\"")})[1],
              testing::StartsWith("0,\"peak, \"\"hard\"\"\",0,"));
}

TEST(RecordsCsv, HasManyRowsWholeAndInOrder) {
  const auto lines = lines_of(std::vector<RequestRecord>(5000), {stage("1")});
  ASSERT_EQ(lines.size(), 5001U);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    ASSERT_THAT(lines[i], testing::StartsWith(std::to_string(i - 1) + ",1,0,"));
  }
}

TEST(RecordsCsv, HasTheEventsOfAFolder) {
  const test::TemporaryFolder folder;
  auto writer = RecordWriter::open(folder.path()).value();
  writer->append(std::vector<EventRecord>{{1'000'000, 1'250'001, 4, 17}, {3, 3, 5, 0}});
  ASSERT_TRUE(writer->close().has_value());
  std::ostringstream out;
  ASSERT_TRUE(write_events_csv(out, folder.path()).has_value());
  EXPECT_EQ(out.str(),
            "request,arrived_at_ms,read_at_ms,output_bytes\n"
            "4,1.000000,1.250001,17\n"
            "5,0.000003,0.000003,0\n");
  EXPECT_FALSE(write_events_csv(out, folder.path() / "no").has_value());
}

TEST(RecordsCsv, SaysWhenTheStreamDoesNotTakeIt) {
  std::ofstream full("/dev/full");
  const auto written = write_requests_csv(full, std::vector<RequestRecord>(5000), {});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().kind, base::ErrorKind::System);
  EXPECT_THAT(written.error().message, HasSubstr("cannot write the CSV"));
}

TEST(RequestsCsv, HasTheNumbersByWhichEventsNameRequests) {
  std::ostringstream out;
  const std::vector<RequestRecord> records(2);
  const std::vector<std::uint32_t> numbers{3, 8};
  ASSERT_TRUE(write_requests_csv(out, records, {}, numbers).has_value());
  EXPECT_THAT(out.str(), testing::AllOf(testing::HasSubstr("\n3,"), testing::HasSubstr("\n8,")));
}

}  // namespace
}  // namespace assay::load

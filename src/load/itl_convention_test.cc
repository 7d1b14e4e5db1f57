#include "load/itl_convention.h"

#include <gmock/gmock.h>

#include "load/record_file.h"
#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using std::chrono::milliseconds;

/// 101 tokens from 100 to 1,100 ms after the request was sent, which ended 5 ms later.
RequestRecord streamed() {
  RequestRecord record;
  record.due = milliseconds(0);
  record.sent = milliseconds(0);
  record.first_content = milliseconds(100);
  record.last_content = milliseconds(1100);
  record.ended = milliseconds(1105);
  record.output_tokens = 101;
  record.content_events = 101;
  return record;
}

/// A reply whose events come at these times with so many bytes each.
struct Reply {
  std::uint32_t number;
  std::int64_t output_tokens;
  std::vector<std::pair<int, std::uint32_t>> events_ms_bytes;
  std::uint32_t stage = 0;
  Failure failure = Failure::None;
};

struct Kept {
  test::TemporaryFolder folder;
  std::vector<RequestRecord> records;
  std::vector<StageRun> stages;

  explicit Kept(const std::vector<Reply>& replies) {
    auto writer = RecordWriter::open(folder.path()).value();
    std::vector<NumberedRecord> numbered;
    std::vector<EventRecord> events;
    for (const Reply& reply : replies) {
      RequestRecord record;
      record.sent = milliseconds(0);
      record.output_tokens = reply.output_tokens;
      record.content_events = static_cast<std::int64_t>(reply.events_ms_bytes.size());
      record.stage = reply.stage;
      record.failure = reply.failure;
      for (const auto& [ms, bytes] : reply.events_ms_bytes) {
        events.push_back({ms * 1'000'000, ms * 1'000'000, reply.number, bytes});
      }
      numbered.push_back({reply.number, record});
      records.push_back(record);
    }
    writer->append(std::move(numbered));
    writer->append(std::move(events));
    EXPECT_TRUE(writer->close().has_value());
    stages.resize(2);
    stages[1].is_warm_up = true;
  }

  ItlSummary summary(ItlConvention convention, std::size_t gaps_max = 1000) const {
    return summarise_itl(folder.path(), records, stages, convention, gaps_max).value();
  }
};

TEST(ItlConvention, HasNames) {
  for (std::size_t i = 0; i < kItlConventions; ++i) {
    const auto convention = static_cast<ItlConvention>(i);
    EXPECT_EQ(find_itl_convention(name_of(convention)), convention);
  }
  EXPECT_EQ(find_itl_convention("mlperf"), std::nullopt);
}

TEST(ItlConvention, OfOneRequestIsTheTools) {
  const RequestRecord record = streamed();
  EXPECT_EQ(inter_token_ms(record, ItlConvention::Assay), 10);
  EXPECT_DOUBLE_EQ(*inter_token_ms(record, ItlConvention::Guidellm), 1100.0 / 101);
  EXPECT_DOUBLE_EQ(*inter_token_ms(record, ItlConvention::Llmperf), 1105.0 / 101);
  EXPECT_EQ(inter_token_ms(RequestRecord{}, ItlConvention::Guidellm), std::nullopt);
}

TEST(ItlConvention, PoolsGapsAsVllmDoes) {
  const Kept kept({{0, 3, {{100, 1}, {110, 1}, {130, 1}}}, {1, 2, {{200, 1}, {260, 1}}}});
  const ItlSummary summary = kept.summary(ItlConvention::Vllm);
  EXPECT_EQ(summary.values, 3U);
  EXPECT_DOUBLE_EQ(summary.ms_mean, 30);
  EXPECT_DOUBLE_EQ(summary.ms_p50, 20);
  EXPECT_DOUBLE_EQ(summary.ms_p99, 60);
}

TEST(ItlConvention, SharesGapsAmongTokensAsSglangDoes) {
  const Kept kept({{0, 4, {{100, 3}, {110, 3}, {140, 6}}}});
  EXPECT_DOUBLE_EQ(kept.summary(ItlConvention::Vllm).ms_mean, 20);
  const ItlSummary summary = kept.summary(ItlConvention::Sglang);
  EXPECT_DOUBLE_EQ(summary.ms_mean, 40.0 / 3);
  EXPECT_DOUBLE_EQ(summary.ms_p50, 15) << "two tokens of three";
}

TEST(ItlConvention, CountsATokenAnEventExactly) {
  const Kept kept({{0, 3, {{100, 1}, {110, 9}, {130, 2}}}});
  EXPECT_DOUBLE_EQ(kept.summary(ItlConvention::Sglang).ms_mean, 15);
}

TEST(ItlConvention, LeavesOutWarmUpAndFailuresAlsoWhereNumbersAreMissing) {
  const Kept kept({{3, 2, {{100, 1}, {110, 1}}},
                   {5, 2, {{100, 1}, {150, 1}}, 1},
                   {8, 2, {{100, 1}, {170, 1}}, 0, Failure::Cut},
                   {9, 2, {{100, 1}, {130, 1}}}});
  const ItlSummary summary = kept.summary(ItlConvention::Vllm);
  EXPECT_EQ(summary.values, 2U);
  EXPECT_DOUBLE_EQ(summary.ms_mean, 20);
}

TEST(ItlConvention, LooksAtFewerRequestsWhereThereAreTooManyEvents) {
  std::vector<Reply> replies;
  for (std::uint32_t i = 0; i < 200; ++i) replies.push_back({i, 2, {{100, 1}, {110, 1}}});
  const ItlSummary summary = Kept(replies).summary(ItlConvention::Vllm, 100);
  EXPECT_EQ(summary.one_request_in, 4U);
  EXPECT_GT(summary.values, 20U);
  EXPECT_LT(summary.values, 90U);
  EXPECT_DOUBLE_EQ(summary.ms_p50, 10);
}

TEST(ItlConvention, OfNothingIsZero) {
  const ItlSummary summary = Kept({}).summary(ItlConvention::Sglang);
  EXPECT_EQ(summary.values, 0U);
  EXPECT_EQ(summary.ms_mean, 0);
}

}  // namespace
}  // namespace assay::load

#include "catalog/candidate.h"

#include <gmock/gmock.h>

#include "gguf/model_table.h"

namespace assay::catalog {
namespace {

using gguf::KnownModel;
using gguf::Strength;

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint64_t kGib = std::uint64_t{1} << 30U;

Candidate candidate(std::string_view shape, std::string_view quantization = "Q4_K_M") {
  Candidate made;
  made.model = std::string(shape);
  made.header = gguf::header_of(gguf::known_shape(shape).value(), quantization).value();
  return made;
}

Wish wish(TaskKind task, std::uint64_t memory_bytes = 64 * kGib) {
  Wish made;
  made.task = task;
  made.memory_bytes = memory_bytes;
  return made;
}

/// Reads 40 GB/s whatever the type.
gguf::MachineSpeed machine() {
  gguf::MachineSpeed speed;
  speed.read_bytes_per_s = 50e9;
  for (const char* type : {"Q4_K", "Q6_K", "F32", "F16", "Q8_0", "Q5_K", "MXFP4"}) {
    speed.types.push_back({type, 40e9, 500e9, 0.02});
  }
  return speed;
}

TEST(CandidateTest, SaysWhatAModelNeedsAndIs) {
  const Assessment model = assess(candidate("llama-3.1-8b"), wish(TaskKind::Extraction));
  EXPECT_TRUE(model.kept()) << model.dropped;
  EXPECT_TRUE(model.fit.fits);
  EXPECT_EQ(model.quantization, "Q4_K_M");
  EXPECT_EQ(model.tier, Tier::Small);
  EXPECT_EQ(model.context_trained, 131072U);
  EXPECT_EQ(model.need.cache.full, kGib);  // 32 layers × 8192 × 8 heads × 256 × 2 B.
  EXPECT_GT(model.bytes_per_token, 4 * kGib);
  EXPECT_EQ(model.speed.decode_tps.value, 0);
}

TEST(CandidateTest, DropsWhatDoesNotFit) {
  const Assessment model = assess(candidate("llama-3.1-8b"), wish(TaskKind::Chat, 5 * kGib));
  EXPECT_FALSE(model.fit.fits);
  EXPECT_THAT(model.dropped, AllOf(HasSubstr("needs"), HasSubstr("5.0 GiB are available")));
}

TEST(CandidateTest, BarelyFittingIsNotFitting) {
  const std::uint64_t need =
      assess(candidate("llama-3.1-8b", "Q6_K"), wish(TaskKind::Chat)).need.total();
  const Assessment model =
      assess(candidate("llama-3.1-8b", "Q6_K"), wish(TaskKind::Chat, need + kGib / 8));
  EXPECT_THAT(model.dropped, HasSubstr("barely fits, which is not fitting"));
}

/// Q4_K is kept twice on this kind of processor, which may be switched off.
TEST(CandidateTest, SaysWhenOnlyTheRepackedCopyDoesNotFit) {
  const std::uint64_t need = assess(candidate("llama-3.1-8b"), wish(TaskKind::Chat)).need.total();
  EXPECT_THAT(assess(candidate("llama-3.1-8b"), wish(TaskKind::Chat, need - 1)).dropped,
              HasSubstr("--no-repack"));
  EXPECT_THAT(assess(candidate("llama-3.1-8b"), wish(TaskKind::Chat, 2 * kGib)).dropped,
              Not(HasSubstr("--no-repack")));
}

TEST(CandidateTest, DropsWhatWasTrainedForLess) {
  Wish long_wish = wish(TaskKind::Chat);
  long_wish.context_tokens = 16384;
  EXPECT_THAT(assess(candidate("gemma-2-9b"), long_wish).dropped,
              HasSubstr("trained for 8,192 tokens, 16,384"));
  long_wish.slots = 2;
  EXPECT_EQ(assess(candidate("gemma-2-9b"), long_wish).dropped, "");
}

TEST(CandidateTest, DropsWhatIsBelowThreeBitsUnlessAsked) {
  Wish low = wish(TaskKind::Chat);
  EXPECT_THAT(assess(candidate("llama-3.1-8b", "Q2_K"), low).dropped, HasSubstr("below 3 bits"));
  low.any_quantization = true;
  EXPECT_EQ(assess(candidate("llama-3.1-8b", "Q2_K"), low).dropped, "");
  EXPECT_THAT(assess(candidate("llama-3.1-8b", "Q3_K_M"), wish(TaskKind::Chat)).notes,
              Contains(HasSubstr("below 4 bits")));
  EXPECT_THAT(assess(candidate("llama-3.1-8b"), wish(TaskKind::Chat)).notes,
              Not(Contains(HasSubstr("below 4 bits"))));
}

TEST(CandidateTest, DropsWhatIsTooSlowAndWarnsOfWhatMayBe) {
  Wish fast = wish(TaskKind::Extraction);
  fast.machine = machine();
  const Assessment free = assess(candidate("llama-3.1-8b"), fast);
  ASSERT_GT(free.speed.decode_tps_at_depth.value, 0);
  fast.decode_tps_least = free.speed.decode_tps_at_depth.high * 2;
  EXPECT_THAT(assess(candidate("llama-3.1-8b"), fast).dropped, HasSubstr("tokens/s"));
  fast.decode_tps_least = free.speed.decode_tps_at_depth.value;
  const Assessment near = assess(candidate("llama-3.1-8b"), fast);
  EXPECT_EQ(near.dropped, "");
  EXPECT_THAT(near.notes, Contains(HasSubstr("may miss")));
}

TEST(CandidateTest, NamesBothMistakesOfSize) {
  EXPECT_THAT(assess(candidate("llama-3.3-70b"), wish(TaskKind::Extraction)).notes,
              Contains(HasSubstr("oversized")));
  EXPECT_THAT(assess(candidate("llama-3.2-3b"), wish(TaskKind::Reasoning)).notes,
              Contains(HasSubstr("undersized")));
  EXPECT_THAT(assess(candidate("llama-3.2-3b"), wish(TaskKind::Extraction)).notes, IsEmpty());
}

TEST(CandidateTest, WarnsOfLongContextsByTheKindOfTask) {
  Wish long_wish = wish(TaskKind::Reasoning);
  long_wish.context_tokens = 16384;  // 40 % of 40,960.
  EXPECT_THAT(assess(candidate("qwen3-14b"), long_wish).notes, Contains(HasSubstr("25-50 %")));
  long_wish.task = TaskKind::Chat;
  EXPECT_THAT(assess(candidate("qwen3-14b"), long_wish).notes, IsEmpty());
  long_wish.context_tokens = 32768;
  EXPECT_THAT(assess(candidate("qwen3-14b"), long_wish).notes, Contains(HasSubstr("50-70 %")));
}

int aptitude(TaskKind task, std::vector<Strength> strengths) {
  Candidate made = candidate("llama-3.2-1b");
  made.strengths = std::move(strengths);
  return assess(made, wish(task)).aptitude;
}

TEST(CandidateTest, StrengthsSpeakForAndAgainst) {
  EXPECT_EQ(aptitude(TaskKind::Coding, {Strength::Instruct, Strength::Coder}), 1);
  EXPECT_EQ(aptitude(TaskKind::Chat, {Strength::Instruct, Strength::Coder}), -1);
  EXPECT_EQ(aptitude(TaskKind::Reasoning, {Strength::Reasoning}), 1);
  EXPECT_EQ(aptitude(TaskKind::Extraction, {Strength::Reasoning}), -1);
  EXPECT_EQ(aptitude(TaskKind::Extraction, {Strength::Instruct, Strength::Reasoning}), 0);
  EXPECT_EQ(aptitude(TaskKind::Chat, {Strength::Base}), -1);
  EXPECT_EQ(aptitude(TaskKind::Chat, {}), 0);
}

TEST(CandidateTest, LocalModelsAreReadByTheirNames) {
  LocalModel local;
  local.path = "/m/x.gguf";
  local.names = {{"Ollama", "qwen2.5-coder:7b"}};
  local.header = candidate("qwen2.5-7b").header;
  const auto made = candidate_of(local);
  ASSERT_TRUE(made);
  EXPECT_THAT(made->strengths, Contains(Strength::Coder));
  EXPECT_EQ(made->source, "Ollama");
  local.kind = FileKind::Embedding;
  EXPECT_FALSE(candidate_of(local));
}

KnownModel known(std::string_view shape) {
  KnownModel model;
  model.name = std::string(shape);
  model.shape = gguf::known_shape(shape).value();
  model.kinds = {Strength::Instruct};
  return model;
}

TEST(CandidateTest, TableRowsComeInTheBestQuantizationThatFits) {
  const auto chosen = [](std::string_view shape, std::uint64_t memory_bytes) {
    return assess_known(known(shape), wish(TaskKind::Chat, memory_bytes)).value();
  };
  EXPECT_EQ(chosen("qwen3-8b", 64 * kGib).quantization, "Q8_0");
  const Assessment tight = chosen("qwen3-8b", 9 * kGib);
  EXPECT_TRUE(tight.kept());
  EXPECT_LT(tight.bits, 8);
  const Assessment none = chosen("qwen3-8b", 3 * kGib);
  EXPECT_FALSE(none.kept());
  EXPECT_EQ(chosen("gpt-oss-20b", 64 * kGib).quantization, "MXFP4");
  EXPECT_EQ(none.path, "");
}

TEST(CandidateTest, BitsStandInTheName) {
  EXPECT_EQ(bits_named("Q4_K_M"), 4);
  EXPECT_EQ(bits_named("IQ3_XXS"), 3);
  EXPECT_EQ(bits_named("MXFP4"), 4);
  EXPECT_EQ(bits_named("BF16"), 16);
  EXPECT_EQ(bits_named("TQ1_0"), 1);
  EXPECT_EQ(bits_named("unknown"), 0);
}

}  // namespace
}  // namespace assay::catalog

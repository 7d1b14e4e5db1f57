#include "scope/record.h"

#include <gmock/gmock.h>

#include "scope/present.h"
#include "scope/size_hint.h"

namespace assay::scope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

Measured measured() {
  Measured made;
  made.unix_ms = 1'767'225'600'000;
  made.machine.cpu_model = "Model X";
  made.machine.kernel = "Linux 6";
  made.machine.caches = {{1, 32768, 4}, {3, 32 * kMebibyte, 1}};
  made.bandwidth = {4, 128 * kMebibyte, {{20e9, 19e9}, {16e9, 15e9}, 0.99}};
  made.disk = MeasuredDisk{"/models/a.gguf", false, {2e9, 1000, host::DiskReading::Direct}};
  gguf::MachineSpeed speed;
  speed.read_bytes_per_s = 20e9;
  speed.threads = 4;
  speed.types = {{"Q4_K", 15e9, 100e9, 0, 0.02}};
  made.engine = MeasuredEngine{"version: 1 (abc)", speed};
  return made;
}

TEST(Record, IsReadBackAsItWasMade) {
  const KnownScope made = make_record(measured());
  EXPECT_EQ(made.id.size(), 12U);
  const auto read = parse_record(base::dump_json(made.record));
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(read->id, made.id);
  EXPECT_EQ(read->measured_unix_ms, 1'767'225'600'000);
  EXPECT_EQ(read->speed.read_bytes_per_s, 20e9);
  ASSERT_EQ(read->speed.types.size(), 1U);
  EXPECT_EQ(read->speed.types[0].type, "Q4_K");
  EXPECT_EQ(read->speed.types[0].decode_bytes_per_s, 15e9);
  EXPECT_TRUE(base::json_equal(read->record, made.record));
}

TEST(Record, NamesEveryFigure) {
  const base::Json record = make_record(measured()).record;
  EXPECT_EQ(record["fingerprint"],
            "Model X; 0 cores, 0 threads; ; 0 GiB; ; engine version: 1 (abc)");
  EXPECT_EQ(record["machine"]["cpu_model"], "Model X");
  EXPECT_EQ(record["bandwidth"]["threads"], 4);
  EXPECT_EQ(record["bandwidth"]["array_bytes"], 128 * kMebibyte);
  EXPECT_EQ(record["bandwidth"]["read_bytes_per_s"], 20e9);
  EXPECT_EQ(record["bandwidth"]["read_bytes_per_s_median"], 19e9);
  EXPECT_EQ(record["bandwidth"]["triad_bytes_per_s"], 16e9);
  EXPECT_EQ(record["bandwidth"]["triad_bytes_per_s_median"], 15e9);
  EXPECT_EQ(record["disk"]["path"], "/models/a.gguf");
  EXPECT_EQ(record["disk"]["temporary"], false);
  EXPECT_EQ(record["disk"]["reading"], "direct");
  EXPECT_EQ(record["engine"]["version"], "version: 1 (abc)");
  EXPECT_EQ(record["warnings"], base::Json::array());
}

TEST(Record, WithoutEngineAndDiskSaysSo) {
  Measured made = measured();
  made.engine.reset();
  made.disk.reset();
  const KnownScope known = make_record(made);
  EXPECT_TRUE(known.record["engine"].is_null());
  EXPECT_TRUE(known.record["disk"].is_null());
  EXPECT_EQ(known.record["fingerprint"], scope_fingerprint(made.machine, ""));
  EXPECT_NE(known.record["fingerprint"], scope_fingerprint(made.machine, "version: 1 (abc)"));
  const auto read = parse_record(base::dump_json(known.record));
  ASSERT_TRUE(read.has_value());
  EXPECT_THAT(read->speed.types, IsEmpty());
  EXPECT_EQ(read->speed.read_bytes_per_s, 20e9) << "the roof is known all the same";
}

TEST(Record, OfAnotherFormIsRefused) {
  const KnownScope made = make_record(measured());
  base::Json newer = made.record;
  newer["format"] = 2;
  base::Json slow = made.record;
  slow["bandwidth"]["read_bytes_per_s"] = 0;
  base::Json odd = made.record;
  odd["engine"]["speed"]["types"][0]["decode_bytes_per_s"] = -1;
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("null"), base::dump_json(newer),
        base::dump_json(slow), base::dump_json(odd)}) {
    const auto refused = parse_record(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().kind, base::ErrorKind::BadInput);
  }
}

TEST(Readings, OfAnIdleMachineRaiseNoWarning) {
  Measured made = measured();
  check_readings(made);
  EXPECT_THAT(made.warnings, IsEmpty());
  EXPECT_EQ(made.engine->speed.types[0].decode_bytes_per_s, 15e9);
}

TEST(Readings, AboveTheMemorysRateAreBroughtDownToIt) {
  Measured made = measured();
  made.engine->speed.types = {{"Q8_0", 31e9, 1e11, 0, 0}, {"Q4_0", 21e9, 1e11, 0, 0}};
  check_readings(made);
  EXPECT_EQ(made.engine->speed.types[0].decode_bytes_per_s, 20e9);
  EXPECT_EQ(made.engine->speed.types[1].decode_bytes_per_s, 21e9) << "within the error of both";
  EXPECT_THAT(made.warnings,
              ElementsAre(HasSubstr("Q8_0 weights were read at 31.0 GB/s while generating")));
}

TEST(Readings, ThatDoNotGoTogetherAreDoubted) {
  Measured odd_triad = measured();
  odd_triad.bandwidth.figures.triad.best = 40e9;
  check_readings(odd_triad);
  EXPECT_THAT(odd_triad.warnings, ElementsAre(HasSubstr("does not go with reading")));
  Measured busy = measured();
  busy.bandwidth.figures.read.median = 10e9;
  check_readings(busy);
  EXPECT_THAT(busy.warnings, ElementsAre(HasSubstr("something else used the memory")));
  Measured shared = measured();
  shared.bandwidth.figures.processor_share = 0.6;
  check_readings(shared);
  EXPECT_THAT(shared.warnings, ElementsAre(HasSubstr("had the processors for 40 %")));
  Measured cramped = measured();
  cramped.bandwidth.array_bytes = 127 * kMebibyte;
  check_readings(cramped);
  EXPECT_THAT(cramped.warnings, ElementsAre(HasSubstr("too little memory")));
}

TEST(Changes, NameWhatIsOutsideTheFingerprint) {
  const Measured made = measured();
  const KnownScope known = make_record(made);
  EXPECT_THAT(changes_since(known, made.machine), IsEmpty());
  host::MachineFacts later = made.machine;
  later.kernel = "Linux 7";
  later.huge_pages.transparent = "never";
  later.memory.available = 5;  // Changes all the time.
  const auto changes = changes_since(known, later);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].name, "kernel");
  EXPECT_EQ(changes[0].then, "Linux 6");
  EXPECT_EQ(changes[0].now, "Linux 7");
  EXPECT_EQ(changes[1].name, "huge_pages/transparent");
}

TEST(SizeHint, FollowsTheMemoryThatIsLeftAndTheBandwidth) {
  const host::MachineFacts machine;
  EXPECT_EQ(hint_size(machine, 41'000'000'000, 14.3e9).parameters_fit, 70e9);
  EXPECT_EQ(hint_size(machine, 7'000'000'000, 14.3e9).parameters_fit, 7e9);
  EXPECT_EQ(hint_size(machine, 0, 14.3e9).parameters_fit, 1e9);
  EXPECT_NEAR(*hint_size(machine, 0, 14.3e9).parameters_at_5_tps, 4.67e9, 0.01e9);
}

TEST(SizeHint, CountsTheMemoryOfCardsUnlessItIsTheSystems) {
  host::MachineFacts machine;
  machine.cards.resize(2);
  for (host::GraphicsCard& card : machine.cards) card.memory_free_bytes = 23'000'000'000;
  const SizeHint hint = hint_size(machine, 1'000'000'000, 14.3e9);
  EXPECT_TRUE(hint.on_cards);
  EXPECT_EQ(hint.parameters_fit, 70e9);
  EXPECT_EQ(hint.parameters_at_5_tps, std::nullopt);
  machine.unified_memory = "Some APU";
  EXPECT_FALSE(hint_size(machine, 1'000'000'000, 14.3e9).on_cards);
}

TEST(ModelMemory, KeepsAMarginOfWhatThereIsAtMost) {
  host::MemoryFacts memory;
  memory.total = 24'576 * kMebibyte;
  memory.available = 20'480 * kMebibyte;
  EXPECT_EQ(model_memory(memory).for_models, memory.available - memory.total / 20);
  memory.cgroup_limit = 4'096 * kMebibyte;
  memory.available = 4'000 * kMebibyte;
  EXPECT_EQ(model_memory(memory).margin, 512 * kMebibyte);
  EXPECT_EQ(model_memory(memory).for_models, 3'488 * kMebibyte);
  memory.available = 100 * kMebibyte;
  EXPECT_EQ(model_memory(memory).for_models, 0U);
}

}  // namespace
}  // namespace assay::scope

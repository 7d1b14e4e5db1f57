#include "gguf/speed_json.h"

#include <gmock/gmock.h>

namespace assay::gguf {
namespace {

using testing::HasSubstr;

MachineSpeed machine() {
  MachineSpeed speed;
  speed.read_bytes_per_s = 2e10;
  speed.cache_bytes = 33'554'432;
  speed.cached_bytes_per_s = 9e10;
  speed.token_overhead_s = 0.0005;
  speed.vocabulary_overhead_s = 1e-8;
  speed.layer_overhead_s = 3e-5;
  speed.row_overhead_s = 2e-6;
  speed.element_overhead_s = 3e-9;
  speed.request_overhead_s = 0.004;
  speed.threads = 2;
  speed.caches = {{"f16", 1e10, 2e-9, 5e-10, 3e10, 1e-9, 4e-10, 0.02}};
  speed.types = {{"Q4_0", 1.4e10, 3e11, 1e11, 0.03}, {"F16", 3e10, 2e11, 0, 0.01}};
  return speed;
}

TEST(SpeedJson, GivesBackWhatWasKept) {
  const base::Json kept = to_json(machine());
  const auto reread = machine_speed_from_json(kept);
  ASSERT_TRUE(reread.has_value()) << reread.error().to_string();
  EXPECT_EQ(to_json(*reread), kept);
  EXPECT_EQ(reread->cache_bytes, 33'554'432U);
  EXPECT_EQ(reread->types.at(1).type, "F16");
  EXPECT_DOUBLE_EQ(reread->caches.at(0).prefill_flops, 3e10);
}

TEST(SpeedJson, MissingMembersCountAsNothing) {
  const auto empty = machine_speed_from_json(base::Json::object());
  ASSERT_TRUE(empty.has_value());
  EXPECT_TRUE(empty->types.empty());
  EXPECT_EQ(empty->threads, 0);
}

TEST(SpeedJson, RefusesWhatCannotBeSpeeds) {
  for (const std::string_view text : {
           R"([])",
           R"({"read_bytes_per_s": -1})",
           R"({"types": {}})",
           R"({"types": [3]})",
           R"({"types": [{"decode_bytes_per_s": 1}]})",
           R"({"caches": [{"type": "f16", "decode_flops": -2}]})",
       }) {
    const auto speed = machine_speed_from_json(*base::parse_json(text));
    ASSERT_FALSE(speed.has_value()) << text;
    EXPECT_EQ(speed.error().kind, base::ErrorKind::BadInput);
    EXPECT_THAT(speed.error().message, HasSubstr("expected"));
  }
  base::Json many = to_json(machine());
  for (int i = 0; i < 300; ++i) many["types"].push_back(many["types"][0]);
  EXPECT_FALSE(machine_speed_from_json(many).has_value());
}

TEST(SpeedJson, RangeHasItsThreeFigures) {
  EXPECT_EQ(base::dump_json(to_json(Range{2, 1, 3})), R"({"value":2.0,"low":1.0,"high":3.0})");
}

}  // namespace
}  // namespace assay::gguf

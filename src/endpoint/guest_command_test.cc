#include "endpoint/guest_command.h"

#include <gmock/gmock.h>

namespace assay::endpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(GuestCommand, LeavesOutWhatIsLeftToTheEngine) {
  GuestSettings settings;
  settings.model = "m.gguf";
  EXPECT_THAT(command_arguments(settings),
              ElementsAre("--model", "m.gguf", "--parallel", "1", "--fit", "off", "--cache-ram",
                          "0", "--jinja", "--no-webui"));
}

TEST(GuestCommand, NamesEverythingThatIsSet) {
  GuestSettings settings;
  settings.model = "m.gguf";
  settings.context_tokens = 2048;
  settings.cache_type_k = "q8_0";
  settings.cache_type_v = "q4_0";
  settings.threads = 3;
  settings.threads_batch = 4;
  settings.gpu_layers = 0;
  settings.kv_offload = false;
  settings.cpu_moe_layers = 0;
  settings.flash_attention = "on";
  settings.parallel = 2;
  settings.batch = 256;
  settings.micro_batch = 128;
  EXPECT_THAT(
      command_arguments(settings),
      ElementsAre("--model", "m.gguf", "--ctx-size", "2048", "--cache-type-k", "q8_0",
                  "--cache-type-v", "q4_0", "--threads", "3", "--threads-batch", "4",
                  "--n-gpu-layers", "0", "--no-kv-offload", "--n-cpu-moe", "0", "--flash-attn",
                  "on", "--parallel", "2", "--batch-size", "256", "--ubatch-size", "128", "--fit",
                  "off", "--cache-ram", "0", "--jinja", "--no-webui"));
  EXPECT_TRUE(check_settings(settings).has_value());
}

TEST(GuestCommand, ThreadsAndOffloadMoveOneFlagEach) {
  GuestSettings settings;
  settings.threads = 3;
  EXPECT_THAT(command_arguments(settings), testing::Not(testing::Contains("--threads-batch")));
  settings.kv_offload = true;
  EXPECT_THAT(command_arguments(settings), testing::Contains("--kv-offload"));
}

TEST(GuestCommand, RefusesWhatTheEngineWould) {
  GuestSettings settings;
  settings.cache_type_v = "q8_0";
  settings.flash_attention = "off";
  const auto clash = check_settings(settings);
  ASSERT_FALSE(clash.has_value());
  EXPECT_EQ(clash.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(clash.error().message, HasSubstr("needs flash attention"));
  settings.flash_attention = "auto";
  EXPECT_TRUE(check_settings(settings).has_value());

  settings.cache_type_k = "q8_1";
  const auto unknown = check_settings(settings);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().hint, HasSubstr("did you mean \"q8_0\"?"));

  settings.cache_type_k = "";
  settings.parallel = 0;
  const auto slots = check_settings(settings);
  ASSERT_FALSE(slots.has_value());
  EXPECT_THAT(slots.error().message, HasSubstr("slots to be at least 1, found 0"));
}

TEST(GuestCommand, TellsTheEstimateWhatItTellsTheEngine) {
  GuestSettings settings;
  EXPECT_EQ(load_settings(settings).micro_batch, 512U);
  settings.context_tokens = 4096;
  settings.parallel = 2;
  settings.cache_type_k = "q8_0";
  settings.batch = 64;
  settings.flash_attention = "off";
  const gguf::LoadSettings load = load_settings(settings);
  EXPECT_EQ(load.context_tokens, 4096U);
  EXPECT_EQ(load.slots, 2);
  EXPECT_EQ(load.cache_type_k, "q8_0");
  EXPECT_EQ(load.cache_type_v, "f16");
  EXPECT_EQ(load.micro_batch, 64U) << "a micro-batch is never longer than a batch";
  EXPECT_FALSE(load.flash_attention);
}

}  // namespace
}  // namespace assay::endpoint

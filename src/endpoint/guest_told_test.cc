#include "endpoint/guest_told.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::endpoint {
namespace {

// Lines of llama-server 0.5.0.
constexpr std::string_view kLog =
    "0.00.005.883 I cmn  common_param: system_info: n_threads = 3 (n_threads_batch = 4) / 8 | CPU "
    ": "
    "SSE3 = 1\n"
    "0.00.013.479 I load_tensors:   CPU_Mapped model buffer size =     0.22 MiB\n"
    "0.00.013.500 I load_tensors: offloaded 2/5 layers to GPU\n"
    "0.00.013.676 I llama_context: n_batch               = 1024\n"
    "0.00.013.677 I llama_context: flash_attn            = auto\n"
    "0.00.013.902 I llama_kv_cache: size =    0.38 MiB (  1024 cells,   3 layers,  1/1 seqs), K "
    "(q8_0):    0.19 MiB, V (f16):    0.19 MiB\n"
    "0.00.015.787 I srv    load_model: initializing, n_slots = 2, n_ctx_slot = 1024, kv_unified = "
    "'false'";

TEST(SettingsTold, AreReadFromTheLog) {
  EXPECT_EQ(settings_told(kLog), base::Json({{"n_threads", "3"},
                                             {"n_threads_batch", "4"},
                                             {"CPU_Mapped model buffer", "0.22 MiB"},
                                             {"offloaded", "2/5"},
                                             {"n_batch", "1024"},
                                             {"flash_attn", "auto"},
                                             {"cache_k", "q8_0"},
                                             {"cache_v", "f16"},
                                             {"n_slots", "2"}}));
}

TEST(SettingsTold, KnowNothingFromOtherLines) {
  EXPECT_EQ(settings_told(""), base::Json::object());
  EXPECT_EQ(settings_told("llama_context: \nK (\nn_slots = \n buffer size = 3\n\n\xff\xfe = "),
            base::Json::object());
}

}  // namespace
}  // namespace assay::endpoint

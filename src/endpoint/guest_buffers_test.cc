#include "endpoint/guest_buffers.h"

#include <gmock/gmock.h>

namespace assay::endpoint {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

TEST(GuestBuffers, ReadsWhatAPlainModelTells) {
  const GuestBuffers buffers = buffers_told(
      "0.00.006.237 I load_tensors:   CPU_Mapped model buffer size =  4214.50 MiB\n"
      "0.00.006.238 I load_tensors:   CPU_REPACK model buffer size =  4026.00 MiB\n"
      "0.00.006.440 I llama_context:        CPU  output buffer size =     0.50 MiB\n"
      "0.00.006.485 I llama_kv_cache:        CPU KV buffer size =  1024.00 MiB\n"
      "0.00.006.651 I llama_kv_cache: size = 1024.00 MiB (  8192 cells,  32 layers,  1/1 seqs), "
      "K (f16):  512.00 MiB, V (f16):  512.00 MiB\n"
      "0.00.007.545 I sched_reserve:        CPU compute buffer size =   258.50 MiB\n");
  EXPECT_EQ(buffers.processor.weights, 4214 * kMebibyte + kMebibyte / 2);
  EXPECT_EQ(buffers.processor.repacked, 4026 * kMebibyte);
  EXPECT_EQ(buffers.processor.output, kMebibyte / 2);
  EXPECT_EQ(buffers.processor.cache_full, 1024 * kMebibyte);
  EXPECT_EQ(buffers.processor.compute, 258 * kMebibyte + kMebibyte / 2);
  EXPECT_EQ(buffers.processor.total(), (4214 + 4026 + 1024 + 259) * kMebibyte + kMebibyte / 2);
  EXPECT_EQ(buffers.devices, BufferSizes{});
}

TEST(GuestBuffers, TellsTheTwoCachesOfAWindowedModelApart) {
  const GuestBuffers buffers = buffers_told(
      "llama_kv_cache_iswa: creating non-SWA KV cache, size = 131072 cells\n"
      "llama_kv_cache:        CPU KV buffer size =  3072.00 MiB\n"
      "llama_kv_cache: size = 3072.00 MiB (131072 cells), K (f16): 1536.00 MiB, V (f16): 1536.00 "
      "MiB\n"
      "llama_kv_cache_iswa: creating     SWA KV cache, size = 768 cells\n"
      "llama_kv_cache:        CPU KV buffer size =    18.00 MiB\n"
      "llama_kv_cache: size =   18.00 MiB (   768 cells), K (f16):    9.00 MiB, V (f16):    9.00 "
      "MiB\n");
  EXPECT_EQ(buffers.processor.cache_full, 3072 * kMebibyte);
  EXPECT_EQ(buffers.processor.cache_windowed, 18 * kMebibyte);
}

TEST(GuestBuffers, RecognisesLatentAndRecurrentCaches) {
  const GuestBuffers buffers = buffers_told(
      "llama_kv_cache:        CPU KV buffer size =    67.00 MiB\n"
      "llama_kv_cache: size =   67.00 MiB (  1024 cells), K (f16):   67.00 MiB, V (f16):    0.00 "
      "MiB\n"
      "llama_memory_recurrent:        CPU RS buffer size =    75.25 MiB\n");
  EXPECT_EQ(buffers.processor.cache_latent, 67 * kMebibyte);
  EXPECT_EQ(buffers.processor.cache_full, 0U);
  EXPECT_EQ(buffers.processor.cache_recurrent, 75 * kMebibyte + kMebibyte / 4);
}

TEST(GuestBuffers, AddsUpDevicesAndKeepsThemFromMainMemory) {
  const GuestBuffers buffers = buffers_told(
      "load_tensors:        CUDA0 model buffer size =  3000.00 MiB\n"
      "load_tensors:        CUDA1 model buffer size =  2000.00 MiB\n"
      "load_tensors:   CPU_Mapped model buffer size =   300.00 MiB\n"
      "llama_kv_cache:      CUDA0 KV buffer size =    64.00 MiB\n"
      "llama_kv_cache:        CPU KV buffer size =    32.00 MiB\n"
      "llama_kv_cache: size =   96.00 MiB (  1024 cells), K (f16):   48.00 MiB, V (f16):   48.00 "
      "MiB\n"
      "sched_reserve:      CUDA0 compute buffer size =   100.00 MiB\n"
      "sched_reserve:  CUDA_Host compute buffer size =    12.00 MiB\n");
  EXPECT_EQ(buffers.devices.weights, 5000 * kMebibyte);
  EXPECT_EQ(buffers.devices.cache_full, 64 * kMebibyte);
  EXPECT_EQ(buffers.devices.compute, 100 * kMebibyte);
  EXPECT_EQ(buffers.processor.weights, 300 * kMebibyte);
  EXPECT_EQ(buffers.processor.cache_full, 32 * kMebibyte);
  EXPECT_EQ(buffers.processor.compute, 12 * kMebibyte);
}

TEST(GuestBuffers, TakesTheLastOfComputeBuffersAndTheSumOfModelBuffers) {
  const GuestBuffers buffers = buffers_told(
      "load_tensors:   CPU_Mapped model buffer size =   100.00 MiB\n"
      "load_tensors:   CPU_Mapped model buffer size =    50.00 MiB\n"
      "sched_reserve:        CPU compute buffer size =    40.00 MiB\n"
      "sched_reserve:        CPU compute buffer size =    30.00 MiB\n");
  EXPECT_EQ(buffers.processor.weights, 150 * kMebibyte);
  EXPECT_EQ(buffers.processor.compute, 30 * kMebibyte);
}

TEST(GuestBuffers, IgnoresLinesOfOtherShapes) {
  for (const char* line :
       {"", "load_tensors: model buffer size = 1.00 MiB", "x: CPU model buffer size = MiB",
        "x: CPU model buffer size = -5.00 MiB", "x: CPU model buffer size = nan MiB",
        "x: CPU model buffer size = inf MiB", "x: CPU model buffer size = 1e300 MiB",
        "x: CPU model buffer size = 5.00 GiB", "x: CPU model buffer size = 5",
        "buffer size = 5 MiB", "x: CPU  LoRA buffer size =     5.00 MiB",
        ": buffer size = 5 MiB"}) {
    EXPECT_EQ(buffers_told(line), GuestBuffers{}) << line;
  }
}

TEST(GuestBuffers, EndsSumsAtTheLargestNumber) {
  std::string log;
  for (int line = 0; line < 40; ++line) log += "x: CPU model buffer size = 1099511627776 MiB\n";
  EXPECT_EQ(buffers_told(log).processor.weights, ~std::uint64_t{0});
}

}  // namespace
}  // namespace assay::endpoint

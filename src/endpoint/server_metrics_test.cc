#include "endpoint/server_metrics.h"

#include <gmock/gmock.h>

#include "endpoint/played_twin_test_support.h"

namespace assay::endpoint {
namespace {

using testing::Optional;

ServerMetrics read(std::string_view text) {
  return read_server_metrics(parse_metrics(text).value());
}

TEST(ServerMetrics, OfLlamaServer) {
  const ServerMetrics told = read(
      "# TYPE llamacpp:prompt_tokens_total counter\n"
      "llamacpp:prompt_tokens_total 84\n"
      "llamacpp:tokens_predicted_total 45\n"
      "llamacpp:predicted_tokens_seconds 108.173\n"
      "llamacpp:requests_processing 2\n"
      "llamacpp:requests_deferred 1\n");
  EXPECT_EQ(name_of(told.source), "llama-server");
  EXPECT_THAT(told.prompt_tokens_total, Optional(84));
  EXPECT_THAT(told.output_tokens_total, Optional(45));
  EXPECT_THAT(told.requests_running, Optional(2));
  EXPECT_THAT(told.requests_waiting, Optional(1));
  EXPECT_EQ(told.requests_total, std::nullopt);
  EXPECT_EQ(told.kv_cache_share, std::nullopt);
}

TEST(ServerMetrics, CountWhatLlamaServerTookFromItsCache) {
  EXPECT_THAT(read("llamacpp:prompt_tokens_total 40\n"
                   "llamacpp:prompt_tokens_cached_total 38\n")
                  .prompt_tokens_total,
              Optional(78));
}

TEST(ServerMetrics, OfVllmWithTwoEngines) {
  const ServerMetrics told = read(
      "python_info{version=\"3.12\"} 1.0\n"
      "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 3.0\n"
      "vllm:num_requests_running{engine=\"1\",model_name=\"m\"} 4.0\n"
      "vllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} 0.0\n"
      "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.25\n"
      "vllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"} 0.75\n"
      "vllm:gpu_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.9\n"
      "vllm:prompt_tokens_total{engine=\"0\",model_name=\"m\"} 1e+06\n"
      "vllm:prompt_tokens_created{engine=\"0\",model_name=\"m\"} 1.7e+09\n"
      "vllm:generation_tokens_total{engine=\"0\",model_name=\"m\"} 500.0\n"
      "vllm:request_success_total{finished_reason=\"stop\",model_name=\"m\"} 10.0\n"
      "vllm:request_success_total{finished_reason=\"length\",model_name=\"m\"} 5.0\n");
  EXPECT_EQ(told.source, MetricsSource::Vllm);
  EXPECT_THAT(told.requests_running, Optional(7));
  EXPECT_THAT(told.requests_waiting, Optional(0));
  EXPECT_THAT(told.kv_cache_share, Optional(0.75)) << "the fullest, by the newer name";
  EXPECT_THAT(told.prompt_tokens_total, Optional(1e6));
  EXPECT_THAT(told.output_tokens_total, Optional(500));
  EXPECT_THAT(told.requests_total, Optional(15));
}

TEST(ServerMetrics, OfAnOlderVllm) {
  EXPECT_THAT(read("vllm:gpu_cache_usage_perc{model_name=\"m\"} 0.5\n").kv_cache_share,
              Optional(0.5));
}

TEST(ServerMetrics, OfSglang) {
  const ServerMetrics told = read(
      "sglang:prompt_tokens_total{model_name=\"m\"} 8.128902e+06\n"
      "sglang:generation_tokens_total{model_name=\"m\"} 7.557572e+06\n"
      "sglang:num_requests_total{model_name=\"m\"} 12\n"
      "sglang:num_running_reqs{model_name=\"m\"} 162\n"
      "sglang:num_queue_reqs{model_name=\"m\"} 2826\n"
      "sglang:token_usage{model_name=\"m\"} 0.28\n");
  EXPECT_EQ(name_of(told.source), "SGLang");
  EXPECT_THAT(told.prompt_tokens_total, Optional(8128902));
  EXPECT_THAT(told.output_tokens_total, Optional(7557572));
  EXPECT_THAT(told.requests_total, Optional(12));
  EXPECT_THAT(told.requests_running, Optional(162));
  EXPECT_THAT(told.requests_waiting, Optional(2826));
  EXPECT_THAT(told.kv_cache_share, Optional(0.28));
}

TEST(ServerMetrics, OfAnythingElseAreNone) {
  const ServerMetrics told = read("process_cpu_seconds_total 4\n");
  EXPECT_EQ(name_of(told.source), "unknown");
  EXPECT_EQ(told.prompt_tokens_total, std::nullopt);
  EXPECT_EQ(read("llamacpp:requests_processing NaN\n").requests_running, std::nullopt);
}

TEST(ServerMetrics, OfTheTwin) {
  const PlayedTwin twin("[[rule]]\nreply = \"one two\"\n");
  twin.post(asking("a b c"));
  const ServerMetrics told = read(test::body_of(twin.get("/metrics")));
  EXPECT_EQ(told.source, MetricsSource::LlamaServer);
  EXPECT_THAT(told.prompt_tokens_total, Optional(3));
  EXPECT_THAT(told.output_tokens_total, Optional(2));
  EXPECT_THAT(told.requests_running, Optional(0));
}

}  // namespace
}  // namespace assay::endpoint

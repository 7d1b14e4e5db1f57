#include "endpoint/engine_benchmark.h"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>

#include "support/outside.h"
#include "support/program_file.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kPromptLine =
    R"({"n_prompt": 64, "n_gen": 0, "n_depth": 0, "n_threads": 2, "samples_ts": [ 111.5, 114.25 ]})";
constexpr std::string_view kGenerationLine =
    R"({"n_prompt": 0, "n_gen": 12, "n_depth": 512, "n_threads": 2, "samples_ts": [ 21.5 ]})";

TEST(ParseBenchmark, ReadsBothKindsOfTestBetweenOtherLines) {
  const std::string printed = "warning: performance may be affected\n" + std::string(kPromptLine) +
                              "\r\n\n" + std::string(kGenerationLine) + "\n";
  const auto rows = parse_benchmark(printed);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].prompt_tokens, 64);
  EXPECT_EQ(rows[0].generated_tokens, 0);
  EXPECT_EQ(rows[0].threads, 2);
  EXPECT_THAT(rows[0].tokens_per_s, ElementsAre(111.5, 114.25));
  EXPECT_EQ(rows[1].generated_tokens, 12);
  EXPECT_EQ(rows[1].depth_tokens, 512);
}

TEST(ParseBenchmark, PassesOverWhatIsNoReading) {
  for (const std::string_view line : {
           R"({"n_prompt": 64, "n_gen": 0, "samples_ts": [0, -1, "fast", null]})",
           R"({"n_prompt": 64, "n_gen": 8, "samples_ts": [1]})",
           R"({"n_prompt": 0, "n_gen": 0, "samples_ts": [1]})",
           R"({"n_prompt": -4, "n_gen": 0, "samples_ts": [1]})",
           R"({"n_prompt": 99999999999, "n_gen": 0, "samples_ts": [1]})",
           R"({"n_prompt": 64, "n_gen": 0, "samples_ts": 7})",
           R"({"n_prompt": 64, "n_gen": 0})",
           R"({"n_prompt": 64, "n_gen": )",
           "{",
           "[",
           "",
       }) {
    EXPECT_THAT(parse_benchmark(line), IsEmpty()) << line;
  }
}

TEST(ParseBenchmark, IsBoundedWhateverIsPrinted) {
  std::string many;
  for (int i = 0; i < 3000; ++i) many += std::string(kPromptLine) + "\n";
  EXPECT_THAT(parse_benchmark(many), SizeIs(1024));
  EXPECT_THAT(parse_benchmark(std::string(100'000, '{')), IsEmpty());
}

TEST(BenchmarkCommand, NamesEveryTestAndLeavesTheRestToTheEngine) {
  BenchmarkRequest request;
  request.model = "m.gguf";
  request.prompt_tokens = {64, 512};
  request.repetitions = 2;
  EXPECT_THAT(benchmark_command("/bin/llama-bench", request),
              ElementsAre("/bin/llama-bench", "--model", "m.gguf", "--output", "jsonl",
                          "--repetitions", "2", "--n-prompt", "64,512", "--n-gen", "0"));
  request.prompt_tokens.clear();
  request.generated_tokens = {8};
  request.depth_tokens = {0, 4096};
  request.threads = 2;
  request.cache_type_k = "q8_0";
  request.cache_type_v = "q8_0";
  request.flash_attention = "on";
  request.micro_batch = 128;
  EXPECT_THAT(
      benchmark_command("b", request),
      ElementsAre("b", "--model", "m.gguf", "--output", "jsonl", "--repetitions", "2", "--n-prompt",
                  "0", "--n-gen", "8", "--n-depth", "0,4096", "--threads", "2", "--cache-type-k",
                  "q8_0", "--cache-type-v", "q8_0", "--flash-attn", "on", "--ubatch-size", "128"));
}

class RunBenchmark : public testing::Test {
 protected:
  void SetUp() override {
    engine_.server = folder_.path() / "llama-server";
    request_.model = folder_.path() / "m.gguf";
    request_.output = folder_.path() / "printed.txt";
    request_.prompt_tokens = {64};
    std::ofstream(request_.model) << "GGUF";
  }
  void program(std::string_view body) { test::write_program(folder_.path() / "llama-bench", body); }
  base::Result<std::vector<BenchmarkRow>> run() {
    return run_benchmark(outside_.context(), engine_, request_);
  }

  test::TemporaryFolder folder_;
  test::Outside outside_;
  Engine engine_;
  BenchmarkRequest request_;
};

TEST_F(RunBenchmark, GivesTheRows) {
  program("echo '" + std::string(kPromptLine) + "'");
  const auto rows = run();
  ASSERT_TRUE(rows.has_value()) << rows.error().to_string();
  EXPECT_THAT(rows->front().tokens_per_s, ElementsAre(111.5, 114.25));
}

TEST_F(RunBenchmark, MissingProgramSaysHowToGetIt) {
  const auto rows = run();
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().kind, base::ErrorKind::Unreachable);
  EXPECT_THAT(rows.error().message, HasSubstr("llama-bench"));
  EXPECT_THAT(rows.error().hint, HasSubstr("tools/engine"));
}

TEST_F(RunBenchmark, RefusesWhatCannotBeMeasured) {
  program("exit 0");
  request_.prompt_tokens = {0};
  EXPECT_EQ(run().error().kind, base::ErrorKind::BadInput);
  request_.prompt_tokens = {};
  EXPECT_EQ(run().error().kind, base::ErrorKind::BadInput);
  request_.prompt_tokens = {8};
  request_.model = folder_.path() / "none.gguf";
  EXPECT_EQ(run().error().kind, base::ErrorKind::BadInput);
}

TEST_F(RunBenchmark, FailureHasTheProgramsOwnWords) {
  program("echo 'error: failed to load model'; exit 1");
  const auto failed = run();
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().kind, base::ErrorKind::System);
  EXPECT_THAT(failed.error().message, HasSubstr("exit code 1"));
  EXPECT_THAT(failed.error().message, HasSubstr("failed to load model"));

  program("kill -SEGV $$");
  EXPECT_THAT(run().error().message, HasSubstr("signal 11"));

  program("echo 'ggml: failed to allocate buffer'; exit 1");
  EXPECT_EQ(run().error().kind, base::ErrorKind::OutOfMemory);
}

TEST_F(RunBenchmark, ATestWithoutFiguresIsAFailure) {
  program("echo '" + std::string(kPromptLine) + "'");
  request_.depth_tokens = {0, 512};
  const auto rows = run();
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().kind, base::ErrorKind::System);
}

TEST_F(RunBenchmark, EndsAtTheTimeoutAndAtARequestToStop) {
  program("exec sleep 600");
  request_.timeout = std::chrono::milliseconds(150);
  const auto late = run();
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().kind, base::ErrorKind::System);
  EXPECT_THAT(late.error().message, HasSubstr("still ran"));

  request_.timeout = std::chrono::minutes(5);
  request_.progress = [&](double /*seconds*/) { outside_.interrupt().request(SIGINT); };
  const auto stopped = run();
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().kind, base::ErrorKind::Interrupted);
}

}  // namespace
}  // namespace assay::endpoint

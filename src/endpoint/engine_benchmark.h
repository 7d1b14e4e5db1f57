// Runs the engine's own llama-bench on a model and reads what it printed. It times the bare engine,
// without server, sampler or network; scope calibrates the speed estimate with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/engine.h"

namespace assay::endpoint {

/// Every prompt length and every generated length is a test of its own, at every depth. What is
/// empty or 0 is left to the engine. llama-bench 0.5.0 cannot switch repacking off.
struct BenchmarkRequest {
  std::filesystem::path model;
  std::vector<int> prompt_tokens;     ///< Tokens processed at once; each 1 or more.
  std::vector<int> generated_tokens;  ///< Tokens generated one by one; each 1 or more.
  std::vector<int> depth_tokens;      ///< In the cache before the test; empty: 0.
  int threads = 0;
  std::string cache_type_k;  ///< "f16", "q8_0" …
  std::string cache_type_v;
  std::string flash_attention;  ///< "on", "off", "auto".
  int micro_batch = 0;
  int repetitions = 3;
  std::filesystem::path output;  ///< What it prints is kept in this file, which is overwritten.
  base::Nanoseconds timeout = std::chrono::minutes(2);  ///< Of the whole run.
  /// Told every 100 ms how long it has run, in seconds. May be empty.
  std::function<void(double seconds)> progress;
};

/// One test. Exactly one of prompt_tokens and generated_tokens is not 0.
struct BenchmarkRow {
  int prompt_tokens = 0;
  int generated_tokens = 0;
  int depth_tokens = 0;
  int threads = 0;
  std::vector<double> tokens_per_s;  ///< One for each repetition; all positive and finite.
};

/// The exact command. Pure.
std::vector<std::string> benchmark_command(const std::filesystem::path& program,
                                           const BenchmarkRequest& request);

/// The rows in what llama-bench printed with `-o jsonl`; other lines and rows without figures are
/// passed over. Trusts nothing: at most 1,024 rows of at most 1,024 samples.
std::vector<BenchmarkRow> parse_benchmark(std::string_view printed);

/// One row for each test. The program runs on this thread's watch: it ends with assay, at a request
/// to stop, and at the timeout. Errors: BadInput (no test asked for, or no such model file),
/// Unreachable (no llama-bench beside the engine's llama-server), Interrupted, OutOfMemory (the
/// kernel ended it, or it could not allocate), System (it failed, with its last lines; ran too
/// long; printed no figures for a test).
base::Result<std::vector<BenchmarkRow>> run_benchmark(const base::Context& context,
                                                      const Engine& engine,
                                                      const BenchmarkRequest& request);

}  // namespace assay::endpoint

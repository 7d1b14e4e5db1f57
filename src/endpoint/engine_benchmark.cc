#include "endpoint/engine_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "endpoint/guest_log.h"
#include "host/memory.h"
#include "host/process.h"

namespace assay::endpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kProgramName = "llama-bench";
constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::chrono::seconds kGrace{2};
constexpr std::size_t kRowsMax = 1024;
constexpr std::size_t kSamplesMax = 1024;
constexpr std::uintmax_t kPrintedBytesMax = std::uintmax_t{4} << 20U;
constexpr int kSigkill = 9;

void add_list(std::vector<std::string>& command, std::string_view flag,
              const std::vector<int>& values) {
  command.emplace_back(flag);
  // The engine runs tests of its own choice where a list is missing; 0 asks for none.
  command.push_back(values.empty() ? "0" : fmt::format("{}", fmt::join(values, ",")));
}

void add_word(std::vector<std::string>& command, std::string_view flag, const std::string& value) {
  if (!value.empty()) command.insert(command.end(), {std::string(flag), value});
}

void add_number(std::vector<std::string>& command, std::string_view flag, int value) {
  if (value > 0) command.insert(command.end(), {std::string(flag), std::to_string(value)});
}

base::Result<fs::path> find_program(const Engine& engine) {
  std::error_code failure;
  const fs::path real = fs::canonical(engine.server, failure);
  for (const fs::path& beside : {engine.server, real}) {
    fs::path candidate = beside.parent_path() / kProgramName;
    if (fs::is_regular_file(candidate, failure)) return candidate;
  }
  return base::unreachable(
      fmt::format("expected {} beside llama-server, found none in {}", kProgramName,
                  engine.server.parent_path().string()),
      "run tools/engine, which builds both, or set ASSAY_LLAMA_SERVER to a complete build");
}

bool all_positive(const std::vector<int>& values) {
  return std::all_of(values.begin(), values.end(), [](int value) { return value > 0; });
}

base::Status check(const BenchmarkRequest& request) {
  if (request.prompt_tokens.empty() && request.generated_tokens.empty()) {
    return base::bad_input(
        "expected a prompt length or a number of tokens to generate, found none");
  }
  if (!all_positive(request.prompt_tokens) || !all_positive(request.generated_tokens)) {
    return base::bad_input("expected every test to have at least one token");
  }
  std::error_code ignored;
  if (!fs::is_regular_file(request.model, ignored)) {
    return base::bad_input("expected a model file, found none", "", request.model.string());
  }
  return base::Done{};
}

std::size_t count_tests(const BenchmarkRequest& request) {
  return (request.prompt_tokens.size() + request.generated_tokens.size()) *
         std::max<std::size_t>(1, request.depth_tokens.size());
}

/// The member as a number of tokens or threads; none when it is no such number.
std::optional<int> count_of(const base::Json& row, std::string_view key) {
  const auto value = base::integer_member(row, key);
  if (!value || *value < 0 || *value > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*value);
}

std::vector<double> samples_of(const base::Json& row) {
  std::vector<double> samples;
  const base::Json* list = base::find_member(row, "samples_ts");
  if (list == nullptr || !list->is_array() || list->size() > kSamplesMax) return samples;
  for (const base::Json& item : *list) {
    if (!item.is_number()) continue;
    const auto sample = item.get<double>();
    if (std::isfinite(sample) && sample > 0) samples.push_back(sample);
  }
  return samples;
}

std::optional<BenchmarkRow> parse_row(std::string_view line) {
  const auto json = base::parse_json(line);
  if (!json.has_value() || !json->is_object()) return std::nullopt;
  const auto prompt = count_of(*json, "n_prompt");
  const auto generated = count_of(*json, "n_gen");
  if (!prompt || !generated || (*prompt > 0) == (*generated > 0)) return std::nullopt;
  BenchmarkRow row{*prompt, *generated, count_of(*json, "n_depth").value_or(0),
                   count_of(*json, "n_threads").value_or(0), samples_of(*json)};
  if (row.tokens_per_s.empty()) return std::nullopt;
  return row;
}

base::Error failure_of(const host::ProcessEnd& end, const std::string& printed,
                       bool killed_by_kernel, const fs::path& model) {
  const std::string ended = fmt::format("{} ended with {} before it had measured everything",
                                        kProgramName, end.describe());
  const bool starved = killed_by_kernel || classify_log(printed) == ServerEnd::OutOfMemory;
  if (starved) {
    return base::out_of_memory_error(ended + ": memory ran out",
                                     "close other programs and try again", model.string());
  }
  return base::system_error(fmt::format("{}; it printed:\n{}", ended, last_lines(printed)),
                            "run llama-bench on the model by hand to see what it lacks",
                            model.string());
}

/// Waits for the end, at most until the timeout; every look in between tells `request.progress`.
base::Result<host::ProcessEnd> await_end(const base::Context& context, host::Process& process,
                                         const BenchmarkRequest& request) {
  const base::MonotonicTime start = context.clock.now();
  while (true) {
    if (const auto end = process.wait_for(kLookEvery)) return *end;
    const base::Nanoseconds elapsed = context.clock.now() - start;
    if (context.interrupt.requested()) {
      process.stop(kGrace);
      return base::Error{base::ErrorKind::Interrupted, "interrupted while measuring speed", "", ""};
    }
    std::error_code ignored;
    const bool floods = fs::file_size(request.output, ignored) > kPrintedBytesMax && !ignored;
    if (elapsed > request.timeout || floods) {
      process.kill();
      return base::system_error(
          floods ? fmt::format("{} printed more than 4 MiB", kProgramName)
                 : fmt::format("expected {} to end within {:.0f} s, it still ran", kProgramName,
                               base::to_seconds(request.timeout)),
          "close other programs that use the processor, and try again", request.model.string());
    }
    if (request.progress) request.progress(base::to_seconds(elapsed));
  }
}

}  // namespace

std::vector<std::string> benchmark_command(const fs::path& program,
                                           const BenchmarkRequest& request) {
  std::vector<std::string> command{program.string(),
                                   "--model",
                                   request.model.string(),
                                   "--output",
                                   "jsonl",
                                   "--repetitions",
                                   std::to_string(std::max(1, request.repetitions))};
  add_list(command, "--n-prompt", request.prompt_tokens);
  add_list(command, "--n-gen", request.generated_tokens);
  if (!request.depth_tokens.empty()) add_list(command, "--n-depth", request.depth_tokens);
  add_number(command, "--threads", request.threads);
  add_word(command, "--cache-type-k", request.cache_type_k);
  add_word(command, "--cache-type-v", request.cache_type_v);
  add_word(command, "--flash-attn", request.flash_attention);
  add_number(command, "--ubatch-size", request.micro_batch);
  return command;
}

std::vector<BenchmarkRow> parse_benchmark(std::string_view printed) {
  std::vector<BenchmarkRow> rows;
  for (std::string_view line : base::split_lines(printed)) {
    line = base::trim(line);
    if (line.empty() || line.front() != '{') continue;
    if (auto row = parse_row(line)) rows.push_back(std::move(*row));
    if (rows.size() == kRowsMax) break;
  }
  return rows;
}

base::Result<std::vector<BenchmarkRow>> run_benchmark(const base::Context& context,
                                                      const Engine& engine,
                                                      const BenchmarkRequest& request) {
  ASSAY_TRY_DONE(check(request));
  ASSAY_TRY(const fs::path program, find_program(engine));
  ASSAY_TRY_DONE(base::write_file(request.output, ""));
  host::ProcessRequest start;
  start.command = benchmark_command(program, request);
  start.output = request.output;
  const std::uint64_t kills_before = host::count_kernel_memory_kills();
  ASSAY_TRY(host::Process process, host::Process::start(start));
  ASSAY_TRY(const host::ProcessEnd end, await_end(context, process, request));
  ASSAY_TRY(const std::string printed, base::read_file(request.output));
  auto rows = parse_benchmark(printed);
  if (end.exit_code != 0 || rows.size() < count_tests(request)) {
    const bool killed = end.signal == kSigkill && host::count_kernel_memory_kills() > kills_before;
    return failure_of(end, printed, killed, request.model);
  }
  return rows;
}

}  // namespace assay::endpoint

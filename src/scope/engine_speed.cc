#include "scope/engine_speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

#include "endpoint/client.h"
#include "endpoint/engine_benchmark.h"
#include "endpoint/guest.h"
#include "net/runtime.h"
#include "scope/engine_speed_fit.h"
#include "scope/engine_speed_models.h"

namespace assay::scope {
namespace {

namespace fs = std::filesystem;

/// The common types; others take the nearest one's speed. F16 also fits the overheads.
constexpr std::array<std::string_view, 6> kWeightTypes{"F16",  "Q8_0", "Q6_K",
                                                       "Q5_K", "Q4_K", "Q4_0"};
constexpr std::array<std::string_view, 2> kCacheTypes{"f16", "q8_0"};
/// Rearranged types, which are multiplied with experts token by token and with others in blocks.
constexpr std::array<std::string_view, 2> kExpertTypes{"Q4_K", "Q4_0"};
/// Smaller weights come out of the last-level cache in part.
constexpr std::uint64_t kCachesMissed = 2;
constexpr std::uint64_t kWeightBytesMin = std::uint64_t{256} << 20U;
constexpr std::uint64_t kMemoryBytesDefault = std::uint64_t{4} << 30U;

constexpr int kPromptRows = 64;
constexpr int kDepthCells = 1024;
constexpr int kTokens = 8;
constexpr int kTokensNarrow = 128;
constexpr int kRepetitions = 3;
constexpr int kRepetitionsNarrow = 5;
constexpr std::uint64_t kWideVocabulary = 131'072;
constexpr double kMillisecondsPerSecond = 1000;

constexpr ProbeShape kNarrow{24, 64, 192, 2, 2, 32};
/// So few layers that what the server adds shows beside them.
constexpr ProbeShape kServed{2, 64, 192, 2, 2, 32};
constexpr ProbeShape kServedWideVocabulary{2, 64, 192, 2, 2, 32, kWideVocabulary};
constexpr ProbeShape kCached{6, 768, 2048, 12, 4, 64};
constexpr ProbeShape kLongHeads{4, 512, 256, 32, 8, 128};
constexpr ProbeShape kShortHeads{4, 512, 256, 32, 8, 64};
constexpr ProbeShape kOddHeads{4, 512, 256, 32, 8, 32};
constexpr ProbeShape kMixture{4, 2048, 768, 16, 4, 128, 512, 8};

/// Removes a file at the end of its life.
class FileRemover {
 public:
  explicit FileRemover(fs::path path) : path_(std::move(path)) {}
  ~FileRemover() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  FileRemover(const FileRemover&) = delete;
  FileRemover& operator=(const FileRemover&) = delete;

 private:
  fs::path path_;
};

const endpoint::BenchmarkRow* find_row(const std::vector<endpoint::BenchmarkRow>& rows, bool prompt,
                                       int depth) {
  for (const endpoint::BenchmarkRow& row : rows) {
    if ((row.prompt_tokens > 0) == prompt && row.depth_tokens == depth) return &row;
  }
  return nullptr;
}

/// Other programs only ever slow a run down, so that the fastest is nearest to the truth.
double best_tps(const endpoint::BenchmarkRow* row) {
  return row == nullptr ? 0 : *std::max_element(row->tokens_per_s.begin(), row->tokens_per_s.end());
}

/// How far the middle of the repetitions lies below the best one.
double spread_of(const endpoint::BenchmarkRow* row) {
  if (row == nullptr) return 0;
  std::vector<double> sorted = row->tokens_per_s;
  std::sort(sorted.begin(), sorted.end());
  return 1 - sorted[sorted.size() / 2] / sorted.back();
}

double per_token(const endpoint::BenchmarkRow* row) {
  const double tps = best_tps(row);
  return tps > 0 ? 1 / tps : 0;
}

class Measurement {
 public:
  Measurement(const base::Context& context, const endpoint::Engine& engine,
              const EngineSpeedRequest& request)
      : context_(context), engine_(engine), request_(request) {}

  base::Result<gguf::MachineSpeed> run() {
    std::error_code failure;
    fs::create_directories(request_.folder, failure);
    ASSAY_TRY_DONE(read_weights());
    ASSAY_TRY_DONE(read_small());
    for (const std::string_view type : kCacheTypes) ASSAY_TRY_DONE(read_cache(type));
    gguf::MachineSpeed machine = fit_machine_speed(readings_);
    machine.read_bytes_per_s = request_.read_bytes_per_s;
    machine.cache_bytes = request_.cache_bytes;
    machine.threads = threads_;
    return machine;
  }

 private:
  void tell(std::string_view what) {
    constexpr int kSteps =
        static_cast<int>(kWeightTypes.size() + kExpertTypes.size() + kCacheTypes.size()) + 3;
    if (request_.progress) request_.progress(what, done_, kSteps);
    ++done_;
  }

  fs::path model_path() const { return request_.folder / "speed-probe.gguf"; }

  base::Result<std::vector<endpoint::BenchmarkRow>> benchmark(const Probe& probe,
                                                              std::vector<int> depths,
                                                              std::string_view cache_type,
                                                              int tokens, int repetitions) {
    const FileRemover output(request_.folder / "speed-probe.txt");
    endpoint::BenchmarkRequest request;
    request.model = probe.path;
    request.prompt_tokens = {kPromptRows};
    request.generated_tokens = {tokens};
    request.depth_tokens = std::move(depths);
    request.cache_type_k = request.cache_type_v = cache_type;
    request.flash_attention = "on";
    request.repetitions = repetitions;
    request.output = request_.folder / "speed-probe.txt";
    ASSAY_TRY(auto rows, endpoint::run_benchmark(context_, engine_, request));
    threads_ = rows.front().threads;
    return rows;
  }

  static ProbeReading reading(const Probe& probe, const std::vector<endpoint::BenchmarkRow>& rows) {
    const auto* prompt = find_row(rows, true, 0);
    const auto* token = find_row(rows, false, 0);
    return {probe.header, per_token(token), kPromptRows * per_token(prompt), kPromptRows,
            std::max(spread_of(prompt), spread_of(token))};
  }

  base::Result<ProbeReading> read_probe(const ProbeShape& shape, std::string_view type, int tokens,
                                        int repetitions) {
    const FileRemover remover(model_path());
    ASSAY_TRY(const Probe probe, write_probe(shape, type, model_path()));
    ASSAY_TRY(const auto rows, benchmark(probe, {0}, "f16", tokens, repetitions));
    return reading(probe, rows);
  }

  base::Status read_weights() {
    const std::uint64_t most =
        (request_.memory_bytes > 0 ? request_.memory_bytes : kMemoryBytesDefault) / 3;
    const std::uint64_t bytes =
        std::min(most, std::max(kWeightBytesMin, kCachesMissed * request_.cache_bytes));
    for (const std::string_view type : kWeightTypes) {
      tell(fmt::format("weights of {}", type));
      ASSAY_TRY(auto probe, read_probe(weights_probe(type, bytes), type, kTokens, kRepetitions));
      readings_.weights.push_back({std::string(type), std::move(probe)});
    }
    for (const std::string_view type : kExpertTypes) {
      tell(fmt::format("experts of {}", type));
      ASSAY_TRY(auto probe, read_probe(kMixture, type, kTokens, kRepetitions));
      readings_.experts.push_back({std::string(type), std::move(probe)});
    }
    return base::Done{};
  }

  base::Status read_small() {
    tell("small models");
    ASSAY_TRY(readings_.cached, read_probe(kCached, "F16", kTokensNarrow, kRepetitionsNarrow));
    ASSAY_TRY(readings_.narrow, read_probe(kNarrow, "F16", kTokensNarrow, kRepetitionsNarrow));
    tell("fixed costs");
    ASSAY_TRY(readings_.server.token_s, read_served(kServed, readings_.served));
    tell("sampling");
    ASSAY_TRY(readings_.server.wide_token_s,
              read_served(kServedWideVocabulary, readings_.wide_vocabulary));
    return base::Done{};
  }

  /// The probe bare into `bare`; gives the seconds per token through the server.
  base::Result<double> read_served(const ProbeShape& shape, ProbeReading& bare) {
    const FileRemover remover(model_path());
    ASSAY_TRY(const Probe probe, write_probe(shape, "F16", model_path()));
    ASSAY_TRY(const auto rows, benchmark(probe, {0}, "f16", kTokensNarrow, kRepetitionsNarrow));
    bare = reading(probe, rows);
    return serve(probe);
  }

  /// Starts llama-server on the probe and generates a few times.
  base::Result<double> serve(const Probe& probe) {
    const FileRemover log(request_.folder / "speed-probe.log");
    endpoint::Guest guest(context_, engine_, request_.folder / "run",
                          request_.folder / "speed-probe.log");
    endpoint::GuestSettings settings;
    settings.model = probe.path;
    settings.context_tokens = 1024;
    ASSAY_TRY(const endpoint::GuestReady ready, guest.ensure_ready(settings));
    ASSAY_TRY(auto client, endpoint::Client::make(ready.address, &context_.interrupt));
    net::Runtime runtime;
    double best_s = 0;
    for (int i = 0; i < kRepetitionsNarrow; ++i) {
      const endpoint::ChatReply reply = runtime.run(client.chat(generate_request(i), {}));
      if (reply.failure || reply.server.predicted_tokens <= 0 || reply.server.predicted_ms <= 0) {
        return base::system_error(
            fmt::format("expected the engine's server to generate from a hollow model, found: {}",
                        reply.failure ? reply.failure->message : "no timings"));
      }
      const double token_s = reply.server.predicted_ms / kMillisecondsPerSecond /
                             static_cast<double>(reply.server.predicted_tokens);
      best_s = best_s > 0 ? std::min(best_s, token_s) : token_s;
      note_request(reply, best_s == token_s);
    }
    ASSAY_TRY_DONE(guest.stop());
    return best_s;
  }

  void note_request(const endpoint::ChatReply& reply, bool best) {
    if (!best) return;
    readings_.server.request_s =
        (reply.times.ttft_ms - std::max(0.0, reply.server.prompt_ms)) / kMillisecondsPerSecond;
  }

  /// Different each time, so that nothing of the last prompt is reused.
  static endpoint::ChatRequest generate_request(int number) {
    endpoint::ChatRequest request;
    request.messages.push_back(
        {{"role", "user"}, {"content", fmt::format("{} is how it begins", number)}});
    request.settings["max_tokens"] = kTokensNarrow;
    request.settings["ignore_eos"] = true;
    return request;
  }

  base::Result<AttentionReading> read_attention(const ProbeShape& shape, std::string_view type) {
    const FileRemover remover(model_path());
    ASSAY_TRY(const Probe probe, write_probe(shape, "F16", model_path()));
    ASSAY_TRY(const auto rows, benchmark(probe, {0, kDepthCells}, type, kTokens * 2, kRepetitions));
    return AttentionReading{reading(probe, rows), kDepthCells,
                            per_token(find_row(rows, false, kDepthCells)),
                            kPromptRows * per_token(find_row(rows, true, kDepthCells))};
  }

  base::Status read_cache(std::string_view type) {
    tell(fmt::format("attention over a cache of {}", type));
    CacheReadings readings;
    readings.type = type;
    ASSAY_TRY(readings.long_heads, read_attention(kLongHeads, type));
    ASSAY_TRY(readings.short_heads, read_attention(kShortHeads, type));
    ASSAY_TRY(readings.odd_heads, read_attention(kOddHeads, type));
    readings_.caches.push_back(std::move(readings));
    return base::Done{};
  }

  const base::Context& context_;
  const endpoint::Engine& engine_;
  const EngineSpeedRequest& request_;
  SpeedReadings readings_;
  int threads_ = 0;
  int done_ = 0;
};

}  // namespace

base::Result<gguf::MachineSpeed> measure_engine_speed(const base::Context& context,
                                                      const endpoint::Engine& engine,
                                                      const EngineSpeedRequest& request) {
  return Measurement(context, engine, request).run();
}

}  // namespace assay::scope

// From times that the engine took with hollow models to the speeds that gguf/speed.h predicts with:
// the same work, counted by gguf/speed_work.h, the other way around. Pure.
#pragma once

#include <string>
#include <vector>

#include "gguf/header.h"
#include "gguf/speed.h"

namespace assay::scope {

/// One hollow model, timed at an empty context. The best of several repetitions.
struct ProbeReading {
  gguf::Header header;
  double token_s = 0;   ///< One generated token.
  double prompt_s = 0;  ///< A prompt of `rows` tokens, in one micro-batch.
  double rows = 0;
  double spread = 0;  ///< Of the repetitions, relative to the best.
};

/// The same with `cells` tokens in the cache before.
struct AttentionReading {
  ProbeReading empty;
  double cells = 0;
  double token_s = 0;
  double prompt_s = 0;
};

struct CacheReadings {
  std::string type;              ///< "f16".
  AttentionReading long_heads;   ///< Heads of 128 elements.
  AttentionReading short_heads;  ///< Of 64, where a score costs more beside its elements.
  AttentionReading odd_heads;    ///< Of 32, less than a whole vector.
};

struct WeightsReading {
  std::string type;  ///< "Q4_0".
  ProbeReading probe;
};

/// Through llama-server.
struct ServerReading {
  double token_s = 0;       ///< The served probe.
  double wide_token_s = 0;  ///< The same with a large vocabulary.
  double request_s = 0;     ///< From the request to the first token, less the prompt.
};

struct SpeedReadings {
  std::vector<WeightsReading> weights;  ///< Models that miss every cache.
  std::vector<WeightsReading> experts;  ///< Mixtures, of those types whose kernels differ there.
  ProbeReading narrow;           ///< Layers so narrow that only starting them costs anything.
  ProbeReading served;           ///< As narrow and of two layers, without the server.
  ProbeReading wide_vocabulary;  ///< The same with a large vocabulary.
  ProbeReading cached;           ///< A model of F16 that fits the last-level cache.
  std::vector<CacheReadings> caches;
  ServerReading server;
};

/// Everything but read_bytes_per_s, cache_bytes and threads. Differences that noise turned negative
/// count as nothing; a speed that would be infinite is left out.
gguf::MachineSpeed fit_machine_speed(const SpeedReadings& readings);

}  // namespace assay::scope

// One model that could do the job, and what is known of it before it is loaded: memory, speed, tier
// and what speaks against it. Pure.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "catalog/survey.h"
#include "catalog/task_ladder.h"
#include "gguf/estimate.h"
#include "gguf/fit.h"
#include "gguf/model_table.h"
#include "gguf/speed.h"

namespace assay::catalog {

/// What the user wants done, and with what.
struct Wish {
  TaskKind task = TaskKind::Chat;
  std::uint64_t context_tokens = 8192;  ///< Of all slots together, as llama-server counts.
  int slots = 1;
  std::uint64_t prompt_tokens = 512;
  double decode_tps_least = 0;     ///< 0: any.
  double ttft_ms_most = 0;         ///< 0: any.
  std::uint64_t memory_bytes = 0;  ///< What is available; gguf::judge_fit() keeps a margin.
  std::vector<std::string> simd;   ///< As gguf::LoadSettings::simd.
  bool any_quantization = false;   ///< Also those below 3 bits.
  gguf::MachineSpeed machine;      ///< No types: the machine was not measured.
};

struct Candidate {
  std::string model;
  std::string source;          ///< "Ollama"; of the shipped table "not downloaded".
  std::filesystem::path path;  ///< Empty: not downloaded.
  bool in_llamafile = false;
  std::vector<gguf::Strength> strengths;  ///< Empty: not known.
  std::string ollama;  ///< What `ollama pull` takes; empty where it is not known.
  gguf::Header header;
};

/// A candidate held against the wish.
struct Assessment {
  std::string model;
  std::string source;
  std::filesystem::path path;
  bool in_llamafile = false;
  std::string ollama;
  std::string architecture;
  std::string quantization;
  double bits = 0;  ///< Of the quantization's name: 4 for Q4_K_M, 16 for F16.
  gguf::ParameterCount parameters;
  double effective_billion = 0;
  Tier tier = Tier::Tiny;
  Suit suit = Suit::Matching;
  int aptitude = 0;                   ///< 1: made for this kind of task; −1: made for another.
  std::uint64_t context_trained = 0;  ///< 0: not said.
  gguf::MemoryNeed need;
  gguf::Fit fit;
  std::uint64_t bytes_per_token = 0;  ///< Weights that one generated token reads.
  gguf::SpeedEstimate speed;          ///< All 0 when the machine was not measured.
  std::string dropped;                ///< Why it is not on the list; empty: it is.
  std::vector<std::string> notes;     ///< What to bear in mind, a line each.

  bool kept() const { return dropped.empty(); }
};

/// How a server would be started for the wish.
gguf::LoadSettings load_settings(const Wish& wish);

Assessment assess(const Candidate& candidate, const Wish& wish);

/// A file of the survey; nullopt for what is no model that generates text.
std::optional<Candidate> candidate_of(const LocalModel& model);

/// A row of the table in its best quantization that is kept, of Q8_0, Q6_K, Q5_K_M and Q4_K_M (of
/// gpt-oss, which comes in MXFP4 only, in that); where none is, in the one that needs least memory.
/// BadInput where the shape makes no model.
base::Result<Assessment> assess_known(const gguf::KnownModel& model, const Wish& wish);

/// The number in a quantization's name ("Q4_K_M", "IQ3_XXS", "MXFP4", "BF16"); 0 for other names.
double bits_named(std::string_view quantization);

}  // namespace assay::catalog

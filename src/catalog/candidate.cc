#include "catalog/candidate.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "catalog/remarks.h"
#include "gguf/geometry.h"
#include "gguf/parameters.h"

namespace assay::catalog {
namespace {

using gguf::Strength;

constexpr std::array<std::string_view, 4> kWorthHaving{"Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M"};
constexpr std::array<std::string_view, 1> kOnlyMxfp4{"MXFP4"};

bool has(const std::vector<Strength>& strengths, Strength wanted) {
  return std::find(strengths.begin(), strengths.end(), wanted) != strengths.end();
}

/// What a model was made for, by the words that makers put into names.
std::vector<Strength> strengths_named(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  struct Word {
    std::string_view word;
    Strength strength;
  };
  static constexpr std::array kWords{
      Word{"coder", Strength::Coder},         Word{"codestral", Strength::Coder},
      Word{"devstral", Strength::Coder},      Word{"thinking", Strength::Reasoning},
      Word{"reasoning", Strength::Reasoning}, Word{"deepseek-r1", Strength::Reasoning},
      Word{"qwq", Strength::Reasoning},       Word{"magistral", Strength::Reasoning},
      Word{"instruct", Strength::Instruct},   Word{"-base", Strength::Base},
  };
  std::vector<Strength> found;
  for (const Word& row : kWords) {
    if (name.find(row.word) != std::string::npos && !has(found, row.strength)) {
      found.push_back(row.strength);
    }
  }
  return found;
}

/// A model made only to reason spends tokens that easy tasks do not repay.
int aptitude_for(TaskKind task, const std::vector<Strength>& strengths) {
  const bool instructed = has(strengths, Strength::Instruct) || has(strengths, Strength::Coder);
  if (has(strengths, Strength::Base) && !instructed) return -1;
  if (task == TaskKind::Coding && has(strengths, Strength::Coder)) return 1;
  if (task == TaskKind::Reasoning && has(strengths, Strength::Reasoning)) return 1;
  const bool only_reasons = has(strengths, Strength::Reasoning) && !instructed;
  const bool only_codes = has(strengths, Strength::Coder);
  const bool hard = task == TaskKind::Coding || task == TaskKind::Reasoning;
  return (only_reasons || only_codes) && !hard ? -1 : 0;
}

std::uint64_t active_bytes(const gguf::Header& header) {
  double bytes = 0;
  for (const gguf::Tensor& tensor : header.tensors) {
    bytes += static_cast<double>(tensor.bytes) * gguf::share_per_token(header, tensor);
  }
  return static_cast<std::uint64_t>(std::min(bytes, 1.8e19));
}

double bits_of(const std::string& quantization, const gguf::Header& header) {
  const double named = bits_named(quantization);
  const std::uint64_t parameters = header.parameters();
  if (named > 0 || parameters == 0) return named;
  return static_cast<double>(header.weight_bytes()) * 8 / static_cast<double>(parameters);
}

}  // namespace

double bits_named(std::string_view quantization) {
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t first = quantization.find_first_of(kDigits);
  if (first == std::string_view::npos) return 0;
  const std::size_t end =
      std::min(quantization.find_first_not_of(kDigits, first), quantization.size());
  double bits = 0;
  for (std::size_t at = first; at < end; ++at) bits = bits * 10 + (quantization[at] - '0');
  return bits;
}

gguf::LoadSettings load_settings(const Wish& wish) {
  gguf::LoadSettings settings;
  settings.context_tokens = wish.context_tokens;
  settings.slots = wish.slots;
  settings.simd = wish.simd;
  return settings;
}

Assessment assess(const Candidate& candidate, const Wish& wish) {
  const gguf::Header& header = candidate.header;
  const gguf::LoadSettings settings = load_settings(wish);
  Assessment model;
  model.model = candidate.model;
  model.source = candidate.source;
  model.path = candidate.path;
  model.in_llamafile = candidate.in_llamafile;
  model.ollama = candidate.ollama;
  model.architecture = header.text("general.architecture").value_or("");
  model.quantization = header.quantization();
  model.bits = bits_of(model.quantization, header);
  model.parameters = gguf::count_parameters(header);
  model.effective_billion = effective_billion(
      model.parameters, header.architecture_integer("expert_count").value_or(0) > 1);
  model.tier = tier_of(model.effective_billion);
  model.suit = suit_of(model.tier, wish.task);
  model.aptitude = aptitude_for(wish.task, candidate.strengths);
  model.context_trained = gguf::read_geometry(header).context_tokens;
  model.need = gguf::estimate_memory(header, settings);
  model.fit = gguf::judge_fit(model.need.total(), wish.memory_bytes);
  model.bytes_per_token = active_bytes(header);
  model.speed =
      gguf::estimate_speed(header, settings, wish.machine, wish.prompt_tokens, wish.prompt_tokens);
  model.dropped = why_dropped(model, header, wish);
  model.notes = notes_on(model, wish);
  return model;
}

std::optional<Candidate> candidate_of(const LocalModel& model) {
  if (model.kind != FileKind::Model) return std::nullopt;
  Candidate candidate;
  candidate.model = model.name();
  candidate.source = model.names.front().source;
  candidate.path = model.path;
  candidate.in_llamafile = model.header_offset != 0;
  candidate.header = model.header;
  candidate.strengths =
      strengths_named(model.name() + " " + model.header.text("general.name").value_or(""));
  return candidate;
}

base::Result<Assessment> assess_known(const gguf::KnownModel& model, const Wish& wish) {
  const bool only_mxfp4 = model.shape.architecture == "gpt-oss";
  const std::span<const std::string_view> quantizations =
      only_mxfp4 ? std::span<const std::string_view>(kOnlyMxfp4) : kWorthHaving;
  std::optional<Assessment> smallest;
  for (const std::string_view quantization : quantizations) {
    Candidate candidate;
    candidate.model = model.name;
    candidate.source = "not downloaded";
    candidate.strengths = model.kinds;
    candidate.ollama = model.ollama;
    ASSAY_TRY(candidate.header, gguf::header_of(model.shape, quantization));
    Assessment assessment = assess(candidate, wish);
    if (assessment.kept()) return assessment;
    if (!smallest || assessment.need.weights < smallest->need.weights) {
      smallest = std::move(assessment);
    }
  }
  return std::move(*smallest);
}

}  // namespace assay::catalog

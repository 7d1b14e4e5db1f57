#include "catalog/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "catalog/ranking.h"
#include "gguf/geometry.h"
#include "gguf/parameters.h"

namespace assay::catalog {
namespace {

using base::human_bytes;

/// Below this, quality visibly falls.
constexpr double kUsableBits = 3;

/// Shares of the trained window up to which most models keep their quality.
constexpr double kReasoningShare = 0.25;
constexpr double kRetrievalShare = 0.5;

constexpr std::array<std::string_view, 4> kWorthHaving{"Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M"};
constexpr std::array<std::string_view, 1> kOnlyMxfp4{"MXFP4"};

std::string in_thousands(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

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

gguf::LoadSettings settings_of(const Wish& wish) {
  gguf::LoadSettings settings;
  settings.context_tokens = wish.context_tokens;
  settings.slots = wish.slots;
  settings.simd = wish.simd;
  return settings;
}

std::uint64_t context_of_a_slot(const Wish& wish) {
  return wish.context_tokens / static_cast<std::uint64_t>(std::max(1, wish.slots));
}

std::string why_it_does_not_fit(const Assessment& model, const Wish& wish) {
  const std::string available = human_bytes(wish.memory_bytes);
  if (model.fit.barely) {
    return fmt::format(
        "barely fits, which is not fitting: needs {} of memory and a margin of {}, "
        "{} are available",
        human_bytes(model.need.total()), human_bytes(model.fit.margin), available);
  }
  return fmt::format("needs {} of memory with its context, {} are available",
                     human_bytes(model.need.total()), available);
}

/// Whether it would fit if the engine kept no rearranged copy of its weights.
bool fits_without_copy(const Candidate& candidate, const Wish& wish) {
  gguf::LoadSettings settings = settings_of(wish);
  settings.repack = false;
  const gguf::MemoryNeed need = gguf::estimate_memory(candidate.header, settings);
  return gguf::judge_fit(need.total(), wish.memory_bytes).fits;
}

/// The first thing that rules it out; empty for none.
std::string why_dropped(const Assessment& model, const Wish& wish) {
  if (!model.fit.fits) return why_it_does_not_fit(model, wish);
  const std::uint64_t wanted = context_of_a_slot(wish);
  if (model.context_trained != 0 && model.context_trained < wanted) {
    return fmt::format("was trained for {} tokens, {} are wanted in each slot",
                       in_thousands(model.context_trained), in_thousands(wanted));
  }
  if (model.bits < kUsableBits && !wish.any_quantization) {
    return fmt::format(
        "{} is below 3 bits, where quality visibly falls; --any-quantization keeps it",
        model.quantization);
  }
  const double tps = model.speed.decode_tps_at_depth.value;
  if (tps > 0 && tps < wish.decode_tps_least) {
    return fmt::format("would give about {:.1f} tokens/s, {:g} are wanted", tps,
                       wish.decode_tps_least);
  }
  const double ttft = model.speed.ttft_ms.value;
  if (wish.ttft_ms_most > 0 && ttft > wish.ttft_ms_most) {
    return fmt::format("its first token would take about {}, at most {} are wanted",
                       base::human_duration(ttft / 1000),
                       base::human_duration(wish.ttft_ms_most / 1000));
  }
  return "";
}

void note_the_size(const Assessment& model, const Wish& wish, std::vector<std::string>& notes) {
  if (model.suit == Suit::Oversized) {
    notes.push_back(fmt::format("oversized for {}: a {} is likely to do it many times faster",
                                name_of(wish.task), name_of(most_tier(wish.task))));
  } else if (model.suit == Suit::Undersized) {
    notes.push_back(fmt::format("undersized for {}, which is likely to need a {}",
                                name_of(wish.task), name_of(least_tier(wish.task))));
  }
}

void note_the_context(const Assessment& model, const Wish& wish, std::vector<std::string>& notes) {
  const bool reasons = wish.task == TaskKind::Reasoning || wish.task == TaskKind::Coding;
  const double share = reasons ? kReasoningShare : kRetrievalShare;
  const auto wanted = static_cast<double>(context_of_a_slot(wish));
  const auto trained = static_cast<double>(model.context_trained);
  if (trained == 0 || wanted <= share * trained) return;
  notes.push_back(
      fmt::format("{:.0f} % of the trained window is wanted; most models weaken beyond "
                  "{} when they {}",
                  100 * wanted / trained, reasons ? "25-50 %" : "50-70 %",
                  reasons ? "reason" : "look things up"));
}

void note_the_limits(const Assessment& model, const Wish& wish, std::vector<std::string>& notes) {
  if (model.bits < kFloorBits) {
    notes.push_back(
        fmt::format("{} is below 4 bits, the floor for production", model.quantization));
  }
  if (model.aptitude < 0) notes.emplace_back("made for another kind of task");
  const gguf::Range& tps = model.speed.decode_tps_at_depth;
  if (tps.value > 0 && tps.low < wish.decode_tps_least) {
    notes.push_back(fmt::format("may miss {:g} tokens/s", wish.decode_tps_least));
  }
  const gguf::Range& ttft = model.speed.ttft_ms;
  if (wish.ttft_ms_most > 0 && ttft.high > wish.ttft_ms_most) {
    notes.push_back(fmt::format("may miss {} to the first token",
                                base::human_duration(wish.ttft_ms_most / 1000)));
  }
  if (model.in_llamafile) {
    notes.emplace_back("inside a llamafile: take the .gguf out with unzip before a study");
  }
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

Assessment assess(const Candidate& candidate, const Wish& wish) {
  const gguf::Header& header = candidate.header;
  const gguf::LoadSettings settings = settings_of(wish);
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
  model.dropped = why_dropped(model, wish);
  if (!model.fit.fits && fits_without_copy(candidate, wish)) {
    model.dropped += "; it would fit without the engine's repacked copy (--no-repack)";
  }
  note_the_size(model, wish, model.notes);
  note_the_context(model, wish, model.notes);
  note_the_limits(model, wish, model.notes);
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

base::Result<Assessment> assess_known(const KnownModel& model, const Wish& wish) {
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

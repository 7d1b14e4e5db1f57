#include "catalog/remarks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/ranking.h"

namespace assay::catalog {
namespace {

using base::human_bytes;

/// Below this, quality visibly falls.
constexpr double kUsableBits = 3;

/// Shares of the trained window up to which most models keep their quality.
constexpr double kReasoningShare = 0.25;
constexpr double kRetrievalShare = 0.5;

std::string in_thousands(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::uint64_t context_of_a_slot(const Wish& wish) {
  return wish.context_tokens / static_cast<std::uint64_t>(std::max(1, wish.slots));
}

/// Whether it would fit if the engine kept no rearranged copy of its weights.
bool fits_without_copy(const gguf::Header& header, const Wish& wish) {
  gguf::LoadSettings settings = load_settings(wish);
  settings.repack = false;
  const gguf::MemoryNeed need = gguf::estimate_memory(header, settings);
  return gguf::judge_fit(need.total(), wish.memory_bytes).fits;
}

std::string why_it_does_not_fit(const Assessment& model, const gguf::Header& header,
                                const Wish& wish) {
  const std::string available = human_bytes(wish.memory_bytes);
  const std::string_view way_out =
      fits_without_copy(header, wish)
          ? "; it would fit without the engine's repacked copy (--no-repack)"
          : "";
  if (model.fit.barely) {
    return fmt::format(
        "barely fits, which is not fitting: needs {} of memory and a margin of {}, "
        "{} are available{}",
        human_bytes(model.need.total()), human_bytes(model.fit.margin), available, way_out);
  }
  return fmt::format("needs {} of memory with its context, {} are available{}",
                     human_bytes(model.need.total()), available, way_out);
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

}  // namespace

std::string why_dropped(const Assessment& model, const gguf::Header& header, const Wish& wish) {
  if (!model.fit.fits) return why_it_does_not_fit(model, header, wish);
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

std::vector<std::string> notes_on(const Assessment& model, const Wish& wish) {
  std::vector<std::string> notes;
  note_the_size(model, wish, notes);
  note_the_context(model, wish, notes);
  note_the_limits(model, wish, notes);
  return notes;
}

}  // namespace assay::catalog

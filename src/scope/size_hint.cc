#include "scope/size_hint.h"

#include <array>

namespace assay::scope {
namespace {

/// What people run, by the memory that is left for a model.
struct Tier {
  double memory_bytes;
  double parameters;
};
constexpr std::array kTiers{Tier{40e9, 70e9}, Tier{20e9, 30e9}, Tier{13e9, 14e9},
                            Tier{6.5e9, 7e9}, Tier{3e9, 3e9},   Tier{0, 1e9}};

/// Reading along is comfortable from about this speed on.
constexpr double kTokensPerS = 5;
/// Of Q4_K_M: bytes in the file ÷ parameters.
constexpr double kBytesPerParameter = 0.612;

double parameters_that_fit(double memory_bytes) {
  for (const Tier& tier : kTiers) {
    if (memory_bytes >= tier.memory_bytes) return tier.parameters;
  }
  return 0;
}

}  // namespace

SizeHint hint_size(const host::MachineFacts& machine, std::uint64_t memory_for_models,
                   double read_bytes_per_s) {
  std::uint64_t on_cards = 0;
  for (const host::GraphicsCard& card : machine.cards) on_cards += card.memory_free_bytes;
  SizeHint hint;
  hint.on_cards = on_cards > 0 && machine.unified_memory.empty();
  hint.parameters_fit =
      parameters_that_fit(static_cast<double>(hint.on_cards ? on_cards : memory_for_models));
  if (!hint.on_cards && machine.cards.empty()) {
    hint.parameters_at_5_tps = read_bytes_per_s / kTokensPerS / kBytesPerParameter;
  }
  return hint;
}

}  // namespace assay::scope

#include "gguf/fit.h"

#include <algorithm>

namespace assay::gguf {
namespace {

constexpr std::uint64_t kMarginMin = std::uint64_t{512} << 20U;
constexpr std::uint64_t kMarginShare = 20;
constexpr std::uint64_t kContextStep = 256;
constexpr std::uint64_t kContextMax = std::uint64_t{1} << 24U;  ///< Where nothing is said.
constexpr std::uint64_t kSlotsMax = 256;

bool fits(const Header& header, const LoadSettings& settings, std::uint64_t available_bytes) {
  return judge_fit(estimate_memory(header, settings).total(), available_bytes).fits;
}

/// The largest number in 1..most that `holds`, which is monotone; 0: none.
template <typename Holds>
std::uint64_t largest(std::uint64_t most, const Holds& holds) {
  std::uint64_t good = 0;
  std::uint64_t bad = most + 1;
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace

std::uint64_t margin_bytes(std::uint64_t need_bytes) {
  return std::max(kMarginMin, need_bytes / kMarginShare);
}

Fit judge_fit(std::uint64_t need_bytes, std::uint64_t available_bytes) {
  Fit fit;
  fit.margin = margin_bytes(need_bytes);
  const std::uint64_t wanted = saturating_add(need_bytes, fit.margin);
  fit.fits = wanted <= available_bytes;
  fit.barely = !fit.fits && need_bytes <= available_bytes;
  fit.missing = fit.fits ? 0 : wanted - available_bytes;
  return fit;
}

std::uint64_t largest_context(const Header& header, LoadSettings settings,
                              std::uint64_t available_bytes) {
  const std::uint64_t trained = read_geometry(header).context_tokens;
  const std::uint64_t most = std::min(trained > 0 ? trained : kContextMax, kContextMax);
  return kContextStep * largest(most / kContextStep, [&](std::uint64_t steps) {
           settings.context_tokens = steps * kContextStep;
           return fits(header, settings, available_bytes);
         });
}

int largest_slots(const Header& header, LoadSettings settings, std::uint64_t available_bytes) {
  const Geometry geometry = read_geometry(header);
  const Cells cells = lay_out(geometry, settings);
  const auto slots = static_cast<std::uint64_t>(std::max(1, settings.slots));
  const std::uint64_t per_slot = settings.unified ? cells.full / slots : cells.full;
  return static_cast<int>(largest(kSlotsMax, [&](std::uint64_t count) {
    settings.slots = static_cast<int>(count);
    settings.context_tokens = saturating_multiply(per_slot, count);
    return fits(header, settings, available_bytes);
  }));
}

}  // namespace assay::gguf

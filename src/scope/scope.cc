#include "scope/scope.h"

#include <algorithm>

#include "host/memory.h"

namespace assay::scope {

base::Result<std::optional<KnownScope>> known_scope(const base::Context& /*context*/) {
  return std::optional<KnownScope>();
}

std::uint64_t memory_for_models() {
  constexpr std::uint64_t kMarginMin = std::uint64_t{512} << 20U;
  const auto memory = host::read_memory();
  if (!memory.has_value()) return 0;
  const std::uint64_t margin = std::max(kMarginMin, memory->total / 20);
  return memory->available - std::min(memory->available, margin);
}

}  // namespace assay::scope

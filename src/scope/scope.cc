#include "scope/scope.h"

#include <algorithm>
#include <filesystem>

#include "endpoint/engine.h"
#include "host/machine.h"
#include "scope/record.h"
#include "store/machine_store.h"

namespace assay::scope {

base::Result<std::optional<KnownScope>> known_scope(const base::Context& context) {
  const std::filesystem::path file = store::machine_store_file(context);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::optional<KnownScope>();
  const host::MachineFacts machine = host::read_machine(context.home);
  const auto engine = endpoint::find_engine(context);
  ASSAY_TRY(store::MachineStore store, store::MachineStore::open(file));
  for (const std::string& version : {engine.has_value() ? engine->version : "", std::string()}) {
    ASSAY_TRY(const auto row, store.newest_scope(scope_fingerprint(machine, version)));
    if (!row) continue;
    ASSAY_TRY(KnownScope known, parse_record(row->record));
    return std::optional<KnownScope>(std::move(known));
  }
  return std::optional<KnownScope>();
}

ModelMemory model_memory(const host::MemoryFacts& memory) {
  constexpr std::uint64_t kMarginMin = std::uint64_t{512} << 20U;
  ModelMemory result;
  result.available = memory.available;
  result.margin = std::max(kMarginMin, memory.ceiling() / 20);
  result.for_models = memory.available - std::min(memory.available, result.margin);
  return result;
}

std::uint64_t memory_for_models() {
  const auto memory = host::read_memory();
  return memory.has_value() ? model_memory(*memory).for_models : 0;
}

}  // namespace assay::scope

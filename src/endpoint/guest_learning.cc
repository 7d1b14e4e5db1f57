#include "endpoint/guest_learning.h"

#include <fmt/core.h>

#include <array>
#include <ostream>
#include <utility>
#include <vector>

#include "base/json.h"
#include "host/machine.h"

namespace assay::endpoint {
namespace {

using base::Json;
using gguf::MemoryNeed;

/// A component's name in a row and where it stands in an estimate.
struct Component {
  const char* name;
  std::uint64_t& (*of)(MemoryNeed& need);
};

constexpr std::array kComponents{
    Component{"weights", [](MemoryNeed& need) -> std::uint64_t& { return need.weights; }},
    Component{"repacked", [](MemoryNeed& need) -> std::uint64_t& { return need.repacked; }},
    Component{"full", [](MemoryNeed& need) -> std::uint64_t& { return need.cache.full; }},
    Component{"windowed", [](MemoryNeed& need) -> std::uint64_t& { return need.cache.windowed; }},
    Component{"latent", [](MemoryNeed& need) -> std::uint64_t& { return need.cache.latent; }},
    Component{"recurrent", [](MemoryNeed& need) -> std::uint64_t& { return need.cache.recurrent; }},
    Component{"compute", [](MemoryNeed& need) -> std::uint64_t& { return need.compute; }},
    Component{"output", [](MemoryNeed& need) -> std::uint64_t& { return need.output; }},
    Component{"overhead", [](MemoryNeed& need) -> std::uint64_t& { return need.overhead; }},
    Component{"checkpoints", [](MemoryNeed& need) -> std::uint64_t& { return need.checkpoints; }},
    Component{"released", [](MemoryNeed& need) -> std::uint64_t& { return need.released; }},
};

Json to_json(MemoryNeed need) {
  Json json = Json::object();
  for (const Component& component : kComponents) json[component.name] = component.of(need);
  return json;
}

std::optional<std::uint64_t> bytes_member(const Json& json, const char* name) {
  const Json* member = base::find_member(json, name);
  if (member == nullptr || !member->is_number_unsigned()) return std::nullopt;
  return member->get<std::uint64_t>();
}

std::optional<MemoryNeed> need_of(const Json& json) {
  MemoryNeed need;
  for (const Component& component : kComponents) {
    const auto bytes = bytes_member(json, component.name);
    if (!bytes) return std::nullopt;
    component.of(need) = *bytes;
  }
  return need;
}

MemoryNeed told_need(const BufferSizes& sizes) {
  MemoryNeed need;
  need.weights = sizes.weights;
  need.repacked = sizes.repacked;
  need.cache = {.full = sizes.cache_full,
                .windowed = sizes.cache_windowed,
                .latent = sizes.cache_latent,
                .recurrent = sizes.cache_recurrent};
  need.compute = sizes.compute;
  need.output = sizes.output;
  return need;
}

/// What two loads of the same file differ in.
Json settings_json(const GuestSettings& settings) {
  const std::vector<std::string> arguments = command_arguments(settings);
  Json json = Json::array();
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    if (arguments[index] == "--model") {
      ++index;
    } else {
      json.push_back(arguments[index]);
    }
  }
  return json;
}

}  // namespace

store::GuestMemoryRow guest_memory_row(const Engine& engine, const GuestSettings& settings,
                                       const GuestReady& ready, std::uint64_t resident_peak) {
  Json actual = to_json(told_need(ready.buffers.processor));
  actual["devices"] = ready.buffers.devices.total();
  actual["resident_loaded"] = ready.loaded_bytes;
  actual["resident"] = resident_peak;
  store::GuestMemoryRow row;
  row.engine = engine.version;
  row.architecture = ready.architecture;
  row.model = settings.model.filename().string();
  row.settings = base::dump_json(settings_json(settings));
  row.predicted = base::dump_json(to_json(ready.predicted));
  row.actual = base::dump_json(actual);
  return row;
}

std::optional<gguf::MemoryReading> reading_of(const store::GuestMemoryRow& row) {
  const auto predicted = base::parse_json(row.predicted);
  const auto actual = base::parse_json(row.actual);
  if (!predicted.has_value() || !actual.has_value()) return std::nullopt;
  const auto need = need_of(*predicted);
  const auto told = need_of(*actual);
  const auto resident = bytes_member(*actual, "resident");
  const auto devices = bytes_member(*actual, "devices");
  if (!need || !told || !resident || devices != 0U) return std::nullopt;
  return gguf::MemoryReading{row.architecture, row.model, row.settings, *need, *told, *resident};
}

base::Result<gguf::Correction> learned_correction(store::MachineStore& store,
                                                  std::string_view fingerprint,
                                                  std::string_view engine,
                                                  std::string_view architecture) {
  ASSAY_TRY(const std::vector<store::GuestMemoryRow> rows, store.guest_memory(fingerprint));
  std::vector<gguf::MemoryReading> readings;
  for (const store::GuestMemoryRow& row : rows) {
    if (!engine.empty() && row.engine != engine) continue;
    if (auto reading = reading_of(row)) readings.push_back(std::move(*reading));
  }
  return gguf::learn_correction(readings, architecture);
}

base::Result<gguf::Correction> learned_correction(const base::Context& context,
                                                  std::string_view engine,
                                                  std::string_view architecture) {
  const std::filesystem::path file = store::machine_store_file(context);
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) return gguf::Correction{};
  ASSAY_TRY(store::MachineStore store, store::MachineStore::open(file));
  return learned_correction(store, host::read_machine(context.home).fingerprint(), engine,
                            architecture);
}

void GuestMemoryKeeper::keep(const Engine& engine, const GuestSettings& settings,
                             const GuestReady& ready, std::uint64_t resident_peak) {
  if (resident_peak == 0 || failed_) return;
  const base::Status kept = append(guest_memory_row(engine, settings, ready, resident_peak));
  if (kept.has_value()) return;
  failed_ = true;
  context_.err << fmt::format("note: what this guest held is not kept for later estimates: {}\n",
                              kept.error().to_string());
}

base::Status GuestMemoryKeeper::append(store::GuestMemoryRow row) {
  if (fingerprint_.empty()) fingerprint_ = host::read_machine(context_.home).fingerprint();
  row.fingerprint = fingerprint_;
  row.unix_ms = context_.clock.wall_unix_ms();
  ASSAY_TRY(store::MachineStore store,
            store::MachineStore::open(store::machine_store_file(context_)));
  return store.append_guest_memory(row);
}

}  // namespace assay::endpoint

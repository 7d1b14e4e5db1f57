#include "scope/present.h"

#include <algorithm>
#include <array>

namespace assay::scope {
namespace {

using base::Json;

constexpr std::array kChangingFacts{"operating_system",          "kernel",
                                    "memory_cgroup_limit_bytes", "swap_total_bytes",
                                    "huge_pages/transparent",    "huge_pages/total",
                                    "graphics_cards/0/driver",   "graphics_cards/0/power_limit_w"};

Json fact_of(const Json& machine, const char* path) {
  const Json::json_pointer pointer(std::string("/") + path);
  return machine.contains(pointer) ? machine.at(pointer) : Json();
}

std::string text_of(const Json& value) {
  if (value.is_null()) return "none";
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

Json changes_json(const std::vector<ChangedFact>& changes) {
  Json rows = Json::array();
  for (const ChangedFact& change : changes) {
    rows.push_back({{"fact", change.name}, {"then", change.then}, {"now", change.now}});
  }
  return rows;
}

Json hint_json(const SizeHint& hint) {
  return {
      {"on_cards", hint.on_cards},
      {"parameters_fit", hint.parameters_fit},
      {"parameters_at_5_tps", hint.parameters_at_5_tps ? Json(*hint.parameters_at_5_tps) : Json()}};
}

}  // namespace

Present look_around(const base::Context& context) {
  Present present;
  present.unix_ms = context.clock.wall_unix_ms();
  present.machine = host::read_machine(context.home);
  present.memory = model_memory(present.machine.memory);
  present.residents = find_residents(context);
  return present;
}

std::vector<ChangedFact> changes_since(const KnownScope& known, const host::MachineFacts& machine) {
  std::vector<ChangedFact> changes;
  const Json* then = base::find_member(known.record, "machine");
  if (then == nullptr || !then->is_object()) return changes;
  const Json now = machine.to_json();
  for (const char* fact : kChangingFacts) {
    const Json before = fact_of(*then, fact);
    const Json after = fact_of(now, fact);
    if (!base::json_equal(before, after))
      changes.push_back({fact, text_of(before), text_of(after)});
  }
  return changes;
}

Json now_json(const Present& present, const KnownScope& known) {
  Json now = {{"unix_ms", present.unix_ms},
              {"age_s", std::max<std::int64_t>(0, present.unix_ms - known.measured_unix_ms) / 1000},
              {"changes", changes_json(changes_since(known, present.machine))},
              {"memory_available_bytes", present.memory.available},
              {"memory_margin_bytes", present.memory.margin},
              {"memory_for_models_bytes", present.memory.for_models},
              {"memory_freed_without_servers_bytes", present.residents.servers_free_bytes()}};
  now.update(present.residents.to_json());
  now["graphics_cards"] = present.machine.to_json()["graphics_cards"];
  now["size_hint"] = hint_json(
      hint_size(present.machine, present.memory.for_models, known.speed.read_bytes_per_s));
  return now;
}

}  // namespace assay::scope

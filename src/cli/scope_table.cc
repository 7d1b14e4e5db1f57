#include "cli/scope_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace assay::cli {
namespace {

using base::human_bytes;
using base::Json;

constexpr double kGiga = 1e9;
constexpr std::string_view kEngineHint = "tools/engine builds it, then: assay scope --fresh";

std::string line(std::string_view label, const std::string& text) {
  return fmt::format("  {:<15} {}\n", label, text);
}

std::string gigabytes_per_s(double bytes_per_s) {
  return fmt::format("{:.1f} GB/s", bytes_per_s / kGiga);
}

double figure(const Json& object, std::string_view key) {
  return base::number_member(object, key).value_or(0);
}

std::string count_of(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string caches_text(const std::vector<host::CacheFacts>& caches) {
  std::vector<std::string> parts;
  for (const host::CacheFacts& cache : caches) {
    const std::string count = cache.count > 1 ? fmt::format(" ×{}", cache.count) : "";
    parts.push_back(fmt::format("L{} {}{}", cache.level, human_bytes(cache.bytes), count));
  }
  return parts.empty() ? "not known" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string card_text(const host::GraphicsCard& card) {
  std::string text = card.describe();
  if (card.memory_total_bytes > 0) text += ", " + human_bytes(card.memory_free_bytes) + " free";
  if (card.busy_percent >= 0) text += fmt::format(", {} % busy", card.busy_percent);
  if (card.power_limit_w > 0) text += fmt::format(", at most {:.0f} W", card.power_limit_w);
  if (!card.driver.empty()) text += ", driver " + card.driver;
  return text;
}

std::string machine_section(const host::MachineFacts& machine) {
  std::string text = "machine\n";
  text += line("processor", machine.cpu_model.empty() ? "not known" : machine.cpu_model);
  text += line("cores",
               fmt::format("{} ({})", machine.cores_physical,
                           count_of(static_cast<std::size_t>(machine.cores_logical), "thread")));
  text += line("caches", caches_text(machine.caches));
  text +=
      line("instructions", machine.simd.empty() ? "no vector extensions known"
                                                : fmt::format("{}", fmt::join(machine.simd, " ")));
  if (machine.cards.empty()) text += line("gpu", "none found");
  for (const host::GraphicsCard& card : machine.cards) text += line("gpu", card_text(card));
  return text + line("system", machine.operating_system + ", " + machine.kernel);
}

std::string huge_pages_text(const host::HugePages& pages) {
  const std::string aside = pages.total == 0
                                ? "none set aside"
                                : fmt::format("{} of {} set aside, {} free", pages.total,
                                              human_bytes(pages.page_bytes), pages.free);
  const std::string& transparent = pages.transparent;
  return aside + (transparent.empty() ? "" : "; transparent: " + transparent);
}

std::string numa_text(const std::vector<host::NumaNode>& nodes) {
  std::vector<std::string> parts;
  for (const host::NumaNode& node : nodes) {
    parts.push_back(fmt::format("node {}: {}, {}", node.number, human_bytes(node.memory_bytes),
                                count_of(static_cast<std::size_t>(node.cores_logical), "thread")));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string memory_section(const host::MachineFacts& machine, const scope::ModelMemory& memory) {
  std::string text = "memory\n";
  text += line("installed", human_bytes(machine.memory.total));
  for (const host::MemoryLimit& limit : machine.memory.limits) {
    text +=
        line("limit", fmt::format("{}, {} left, by the control group {}", human_bytes(limit.bytes),
                                  human_bytes(limit.left_bytes), limit.group.string()));
  }
  text += line("available now", human_bytes(memory.available));
  text += line("for a model now",
               fmt::format("{} (a margin of {} is kept free)", human_bytes(memory.for_models),
                           human_bytes(memory.margin)));
  const std::uint64_t swap = machine.memory.swap_total;
  text += line("swap", swap == 0
                           ? "none"
                           : fmt::format("{}, {} free; a model that swaps is unusable",
                                         human_bytes(swap), human_bytes(machine.memory.swap_free)));
  text += line("huge pages", huge_pages_text(machine.huge_pages));
  if (machine.numa_nodes.size() > 1) text += line("memory nodes", numa_text(machine.numa_nodes));
  if (!machine.unified_memory.empty()) {
    text += line("unified memory",
                 fmt::format("{}: its graphics processor uses this memory too; the system and the "
                             "programs below come off first",
                             machine.unified_memory));
  }
  return text;
}

std::string engine_lines(const scope::KnownScope& known) {
  if (known.speed.types.empty()) {
    return line("engine", fmt::format("not measured; {}", kEngineHint));
  }
  std::string text;
  for (const gguf::TypeSpeed& type : known.speed.types) {
    text += line("engine " + type.type,
                 fmt::format("{} of weights while generating, {:.0f} GFLOP/s on prompts",
                             gigabytes_per_s(type.decode_bytes_per_s), type.prefill_flops / kGiga));
  }
  return text;
}

std::string disk_text(const Json& disk) {
  const std::string path = base::string_member(disk, "path").value_or("");
  const Json* temporary = base::find_member(disk, "temporary");
  const bool is_temporary = temporary != nullptr && *temporary == true;
  return fmt::format("{} ({} {}, {})", gigabytes_per_s(figure(disk, "read_bytes_per_s")),
                     is_temporary ? "a temporary file in" : "reading", path,
                     base::string_member(disk, "reading").value_or(""));
}

std::string speed_section(const scope::KnownScope& known, const scope::Present& present) {
  const double age_s =
      std::max(0.0, static_cast<double>(present.unix_ms - known.measured_unix_ms) / 1000);
  std::string text =
      fmt::format("speed, measured {} ago (scope {})\n", base::human_duration(age_s), known.id);
  if (const Json* bandwidth = base::find_member(known.record, "bandwidth")) {
    text +=
        line("memory, read",
             fmt::format(
                 "{} at best, {} in the middle; {:.0f} threads over {}",
                 gigabytes_per_s(figure(*bandwidth, "read_bytes_per_s")),
                 gigabytes_per_s(figure(*bandwidth, "read_bytes_per_s_median")),
                 figure(*bandwidth, "threads"),
                 human_bytes(3 * static_cast<std::uint64_t>(figure(*bandwidth, "array_bytes")))));
    text += line("memory, triad",
                 fmt::format("{} at best, {} in the middle",
                             gigabytes_per_s(figure(*bandwidth, "triad_bytes_per_s")),
                             gigabytes_per_s(figure(*bandwidth, "triad_bytes_per_s_median"))));
  }
  const Json* disk = base::find_member(known.record, "disk");
  text +=
      line("disk, read", disk != nullptr && disk->is_object() ? disk_text(*disk) : "not measured");
  return text + engine_lines(known);
}

std::string server_text(const scope::ModelServer& server) {
  std::string text = fmt::format("port {}", server.port);
  if (server.pid != 0) {
    text = fmt::format("{}, pid {}, {}", human_bytes(server.memory_bytes), server.pid, text);
  }
  if (!server.models.empty()) text += fmt::format(", has {}", fmt::join(server.models, ", "));
  return text;
}

std::string residents_section(const scope::Residents& residents) {
  std::string text = "what else holds memory\n";
  for (const host::MemoryHolder& holder : residents.programs) {
    text += line(holder.program.name,
                 fmt::format("{}, pid {}", human_bytes(holder.bytes), holder.program.pid));
  }
  if (residents.programs.empty()) text += line("nothing", "that can be seen from here");
  text += "model servers that run\n";
  for (const scope::ModelServer& server : residents.servers) {
    text += line(server.name, server_text(server));
  }
  if (residents.servers.empty()) return text + line("none", "found on this machine's ports");
  const std::uint64_t frees = residents.servers_free_bytes();
  if (frees > 0) text += line("without them", human_bytes(frees) + " more for a model");
  return text;
}

std::string hint_section(const scope::SizeHint& hint) {
  std::string text = fmt::format("for models up to about {:.0f}B at 4 bits, by {} memory",
                                 hint.parameters_fit / kGiga, hint.on_cards ? "the cards'" : "its");
  if (hint.parameters_at_5_tps) {
    text += fmt::format("; 5 tokens a second need at most {:.1f}B active parameters",
                        *hint.parameters_at_5_tps / kGiga);
  }
  return text + "\n";
}

std::string notes_section(const scope::KnownScope& known, const scope::Present& present) {
  std::string text;
  for (const scope::ChangedFact& change : scope::changes_since(known, present.machine)) {
    text += fmt::format(
        "changed since it was measured: {} {} → {} (assay scope --fresh measures "
        "again)\n",
        change.name, change.then, change.now);
  }
  const Json* warnings = base::find_member(known.record, "warnings");
  if (warnings == nullptr || !warnings->is_array()) return text;
  for (const Json& warning : *warnings) {
    if (warning.is_string()) text += "warning: " + warning.get<std::string>() + "\n";
  }
  return text;
}

}  // namespace

std::string scope_table(const scope::KnownScope& known, const scope::Present& present) {
  const scope::SizeHint hint =
      scope::hint_size(present.machine, present.memory.for_models, known.speed.read_bytes_per_s);
  return machine_section(present.machine) + memory_section(present.machine, present.memory) +
         speed_section(known, present) + residents_section(present.residents) + hint_section(hint) +
         notes_section(known, present);
}

}  // namespace assay::cli

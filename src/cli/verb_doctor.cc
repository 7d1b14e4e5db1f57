#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "base/json.h"
#include "base/text.h"
#include "cli/verb.h"
#include "endpoint/engine.h"
#include "endpoint/guest.h"
#include "host/machine.h"

namespace assay::cli {
namespace {

using base::Json;

struct Check {
  std::string name;
  bool ok = false;
  std::string found;
  std::string mend;  ///< The command or step that mends it; empty when ok.
};

Check check_engine(const base::Context& context) {
  const auto engine = endpoint::find_engine(context);
  if (!engine.has_value()) {
    return {"engine", false, engine.error().message, engine.error().hint};
  }
  return {"engine", true,
          fmt::format("{} ({}, {})", engine->server.string(), engine->version, engine->source), ""};
}

Check check_quantize(const base::Context& context) {
  const auto engine = endpoint::find_engine(context);
  if (engine.has_value() && !engine->quantize.empty()) {
    return {"quantizer", true, engine->quantize.string(), ""};
  }
  return {"quantizer", false, "llama-quantize was not found beside llama-server",
          "./quickstart builds both; without it, put quantized files beside the model"};
}

Check check_guard() {
  const auto guard = host::MemoryGuard::make(std::uint64_t{1} << 30U);
  if (!guard.has_value()) return {"memory guard", false, guard.error().message, guard.error().hint};
  return {"memory guard", true, std::string(host::name_of((*guard)->kind())), ""};
}

Check check_home(const base::Context& context, const host::MachineFacts& machine) {
  std::error_code failure;
  std::filesystem::create_directories(context.home, failure);
  if (failure) {
    return {"home", false, fmt::format("{}: {}", context.home.string(), failure.message()),
            "name a folder you may write to with --home"};
  }
  return {
      "home", true,
      fmt::format("{}, {} free", context.home.string(), base::human_bytes(machine.disk_free_bytes)),
      ""};
}

Check check_stale(const base::Context& context) {
  const auto stale = endpoint::find_stale_guests(context.home / "run");
  if (stale.empty()) return {"stale servers", true, "none", ""};
  std::string pids;
  for (const endpoint::StaleGuest& guest : stale) pids += fmt::format(" {}", guest.pid);
  return {"stale servers", false, fmt::format("left by an earlier crash, pid{}", pids),
          fmt::format("kill{}", pids)};
}

std::vector<Check> all_checks(const base::Context& context, const host::MachineFacts& machine) {
  return {check_engine(context), check_quantize(context), check_guard(),
          check_home(context, machine), check_stale(context)};
}

Json checks_json(const std::vector<Check>& checks, const host::MachineFacts& machine) {
  Json record = {{"machine", machine.to_json()}, {"checks", Json::array()}};
  for (const Check& check : checks) {
    record["checks"].push_back({{"name", check.name},
                                {"ok", check.ok},
                                {"found", check.found},
                                {"mend", check.mend.empty() ? Json() : Json(check.mend)}});
  }
  return record;
}

void print_checks(base::Context& context, const std::vector<Check>& checks,
                  const host::MachineFacts& machine) {
  std::string simd;
  for (const std::string& name : machine.simd) simd += (simd.empty() ? "" : " ") + name;
  context.out << fmt::format("machine        {}\n", machine.operating_system);
  context.out << fmt::format("  processor    {}, {} cores ({} threads)\n", machine.cpu_model,
                             machine.cores_physical, machine.cores_logical);
  context.out << fmt::format("  instructions {}\n",
                             simd.empty() ? "no vector extensions known" : simd);
  context.out << fmt::format("  memory       {} of {} free\n",
                             base::human_bytes(machine.memory.available),
                             base::human_bytes(machine.memory.total));
  if (machine.gpus.empty()) context.out << "  gpu          none found\n";
  for (const std::string& gpu : machine.gpus)
    context.out << fmt::format("  gpu          {}\n", gpu);
  for (const Check& check : checks) {
    context.out << fmt::format("{} {:<13} {}\n", check.ok ? "ok " : "NO ", check.name, check.found);
    if (!check.ok) context.out << fmt::format("    mend it with: {}\n", check.mend);
  }
}

base::Status examine(base::Context& context, bool json) {
  const host::MachineFacts machine = host::read_machine(context.home);
  const std::vector<Check> checks = all_checks(context, machine);
  if (json) {
    context.out << base::dump_json(checks_json(checks, machine)) << '\n';
  } else {
    print_checks(context, checks, machine);
  }
  // Only the engine is indispensable, and not even it when every model is an endpoint.
  if (!checks.front().ok) {
    return base::Error{base::ErrorKind::Unreachable, "the engine is missing or unusable",
                       checks.front().mend, ""};
  }
  return base::Done{};
}

}  // namespace

void add_doctor(CLI::App& app, Action& chosen) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = add_command(
      app, "doctor", "What this machine has, what is missing and the command that mends it",
      "  assay doctor");
  add_json_flag(*command, *json);
  command->callback([json, &chosen] {
    chosen = [json](base::Context& context) { return examine(context, *json); };
  });
}

}  // namespace assay::cli

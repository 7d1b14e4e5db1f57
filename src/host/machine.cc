#include "host/machine.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "host/proc_file.h"
#include "host/unified_memory.h"

namespace assay::host {
namespace {

namespace fs = std::filesystem;

/// The kernel's name of each instruction set and ours; "asimd" is how arm64 spells NEON.
struct Instructions {
  std::string_view kernel_name;
  std::string_view name;
};
constexpr std::array kInstructions{
    Instructions{"avx", "avx"},
    Instructions{"f16c", "f16c"},
    Instructions{"fma", "fma"},
    Instructions{"avx2", "avx2"},
    Instructions{"avx_vnni", "avx_vnni"},
    Instructions{"avx512f", "avx512f"},
    Instructions{"avx512_vnni", "avx512_vnni"},
    Instructions{"avx512_bf16", "avx512_bf16"},
    Instructions{"amx_tile", "amx_tile"},
    Instructions{"asimd", "neon"},
    Instructions{"sve", "sve"},
};

/// The value of the first "key : value" line; empty without one.
std::string field(std::string_view text, std::string_view key, char separator) {
  for (std::string_view line : base::split_lines(text)) {
    const std::size_t at = line.find(separator);
    if (at == std::string_view::npos || base::trim(line.substr(0, at)) != key) continue;
    return std::string(base::trim(line.substr(at + 1)));
  }
  return "";
}

std::vector<std::string> read_simd(std::string_view cpuinfo) {
  std::string flags = field(cpuinfo, "flags", ':');
  if (flags.empty()) flags = field(cpuinfo, "Features", ':');
  const auto words = base::split(flags, ' ');
  std::vector<std::string> found;
  for (const Instructions& instructions : kInstructions) {
    if (std::find(words.begin(), words.end(), instructions.kernel_name) == words.end()) continue;
    found.emplace_back(instructions.name);
  }
  return found;
}

std::string read_operating_system() {
  const std::string text = read_kernel_file("/etc/os-release").value_or("");
  std::string name = field(text, "PRETTY_NAME", '=');
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return name;
}

std::string read_kernel_release() {
  utsname names{};
  if (::uname(&names) != 0) return "";
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

/// Of the nearest folder that exists, since `home` is made on first use.
std::uint64_t read_disk_free(fs::path folder) {
  std::error_code failure;
  folder = fs::absolute(folder, failure);
  while (!fs::exists(folder, failure) && folder.has_relative_path()) folder = folder.parent_path();
  const fs::space_info space = fs::space(folder, failure);
  return failure ? 0 : space.available;
}

/// What kind of board this is, where the firmware hands over a device tree (arm).
std::string read_device_model() {
  const std::string text = read_kernel_file("/proc/device-tree/model").value_or("");
  return text.substr(0, text.find('\0'));
}

}  // namespace

std::string MachineFacts::fingerprint() const {
  // Rounded: a kernel update changes what it keeps for itself by some megabytes.
  constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30U;
  const std::uint64_t gibibytes = (memory.total + kGibibyte / 2) / kGibibyte;
  return fmt::format("{}; {} cores, {} threads; {}; {} GiB; {}", cpu_model, cores_physical,
                     cores_logical, fmt::join(simd, " "), gibibytes, fmt::join(gpus, ", "));
}

MachineFacts read_machine(const fs::path& home) {
  MachineFacts facts;
  const std::string cpuinfo = read_kernel_file("/proc/cpuinfo").value_or("");
  facts.cpu_model = field(cpuinfo, "model name", ':');
  if (facts.cpu_model.empty()) facts.cpu_model = field(cpuinfo, "CPU part", ':');
  Topology topology = read_topology();
  facts.cores_physical = topology.cores.physical;
  facts.cores_logical = topology.cores.logical;
  facts.caches = std::move(topology.caches);
  facts.numa_nodes = std::move(topology.numa_nodes);
  facts.simd = read_simd(cpuinfo);
  if (auto memory = read_memory(); memory.has_value()) facts.memory = *memory;
  facts.huge_pages = read_huge_pages();
  facts.disk_free_bytes = read_disk_free(home);
  facts.operating_system = read_operating_system();
  facts.kernel = read_kernel_release();
  facts.cards = read_graphics_cards();
  for (const GraphicsCard& card : facts.cards) facts.gpus.push_back(card.describe());
  facts.unified_memory = find_unified_memory(facts.cpu_model, read_device_model(), facts.cards);
  return facts;
}

}  // namespace assay::host

#include "scope/residents.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <utility>

#include "host/memory.h"

namespace assay::scope {
namespace {

using endpoint::ServerKind;

constexpr std::size_t kProgramsMax = 5;
constexpr std::chrono::milliseconds kAnswerTimeout{1000};

/// Of an interpreter's command, how many words after it may name the program.
constexpr std::size_t kScriptWords = 4;

/// Part of a file name, in lower case, that only that server's programs have.
struct ProgramRow {
  std::string_view part;
  ServerKind kind;
};
constexpr std::array kPrograms{
    ProgramRow{"ollama", ServerKind::Ollama},
    ProgramRow{"llama-server", ServerKind::LlamaServer},
    ProgramRow{"llamafile", ServerKind::LlamaServer},
    ProgramRow{"lmstudio", ServerKind::LmStudio},
    ProgramRow{"lm-studio", ServerKind::LmStudio},
    ProgramRow{"lm studio", ServerKind::LmStudio},
    ProgramRow{"vllm", ServerKind::Vllm},
    ProgramRow{"lmdeploy", ServerKind::LmDeploy},
    ProgramRow{"tabbyapi", ServerKind::TabbyApi},
    ProgramRow{"sglang", ServerKind::Sglang},
    ProgramRow{"koboldcpp", ServerKind::KoboldCpp},
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
    return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  });
  return text;
}

std::optional<ServerKind> kind_in(const std::string& text) {
  for (const ProgramRow& row : kPrograms) {
    if (lower(text).find(row.part) != std::string::npos) return row.kind;
  }
  return std::nullopt;
}

bool is_interpreter(const std::string& program) {
  return program.starts_with("python") || program == "uv" || program == "sh" || program == "bash";
}

std::vector<Listener> find_listeners() {
  std::vector<Listener> listeners;
  for (const host::ListeningPort& port : host::read_listening_ports()) {
    std::optional<host::RunningProgram> program;
    if (port.pid != 0) program = host::read_program(port.pid);
    listeners.push_back({std::move(program).value_or(host::RunningProgram{}), port.port});
  }
  return listeners;
}

/// Where servers usually listen, and where a program that looks like one does.
std::vector<net::Url> addresses_to_ask(const base::Context& context,
                                       const std::vector<Listener>& listeners) {
  std::vector<net::Url> addresses = endpoint::usual_server_addresses(context);
  for (const Listener& listener : listeners) {
    if (!recognise_server(listener.program)) continue;
    const bool known = std::any_of(addresses.begin(), addresses.end(),
                                   [&](const net::Url& url) { return url.port == listener.port; });
    if (!known) addresses.push_back({false, "127.0.0.1", listener.port, "/"});
  }
  return addresses;
}

ModelServer server_of(const endpoint::RunningServer& answer) {
  ModelServer server;
  server.name = endpoint::name_of(answer.kind);
  for (const endpoint::ServedModel& model : answer.models) {
    if (model.loaded.value_or(false)) server.models.push_back(model.name);
  }
  return server;
}

void read_memory_of(ModelServer& server) {
  if (server.pid == 0) return;
  const auto memory = host::read_process_memory(server.pid);
  if (!memory) return;
  server.memory_bytes = memory->resident_bytes;
  server.frees_bytes = memory->anonymous_bytes;
}

}  // namespace

std::optional<ServerKind> recognise_server(const host::RunningProgram& program) {
  if (program.command.empty()) return std::nullopt;
  const std::string name = std::filesystem::path(program.command.front()).filename().string();
  if (const auto kind = kind_in(name)) return kind;
  if (!is_interpreter(lower(name))) return std::nullopt;
  const std::size_t words = std::min(program.command.size(), kScriptWords + 1);
  for (std::size_t i = 1; i < words; ++i) {
    if (const auto kind = kind_in(program.command[i])) return kind;
  }
  return std::nullopt;
}

std::vector<ModelServer> join_servers(const std::vector<Listener>& listeners,
                                      const std::vector<endpoint::RunningServer>& answers) {
  std::map<std::uint16_t, ModelServer> by_port;
  for (const endpoint::RunningServer& answer : answers) {
    const auto url = net::parse_url(answer.base_url);
    if (url.has_value()) by_port.try_emplace(url->port, server_of(answer));
  }
  for (const Listener& listener : listeners) {
    const auto kind = recognise_server(listener.program);
    if (kind)
      by_port.try_emplace(listener.port, ModelServer{std::string(endpoint::name_of(*kind))});
    const auto found = by_port.find(listener.port);
    if (found != by_port.end() && listener.program.pid != 0) {
      found->second.pid = listener.program.pid;
    }
  }
  std::vector<ModelServer> servers;
  for (auto& [port, server] : by_port) {
    server.port = port;
    servers.push_back(std::move(server));
  }
  return servers;
}

std::uint64_t Residents::servers_free_bytes() const {
  std::map<pid_t, std::uint64_t> by_process;  // One may listen on several ports.
  for (const ModelServer& server : servers) by_process[server.pid] = server.frees_bytes;
  std::uint64_t bytes = 0;
  for (const auto& [pid, frees] : by_process) bytes += frees;
  return bytes;
}

base::Json Residents::to_json() const {
  base::Json holders = base::Json::array();
  for (const host::MemoryHolder& holder : programs) {
    holders.push_back({{"name", holder.program.name},
                       {"pid", holder.program.pid},
                       {"bytes", holder.bytes},
                       {"proportional", holder.proportional}});
  }
  base::Json rows = base::Json::array();
  for (const ModelServer& server : servers) {
    rows.push_back({{"name", server.name},
                    {"pid", server.pid == 0 ? base::Json() : base::Json(server.pid)},
                    {"port", server.port},
                    {"memory_bytes", server.memory_bytes},
                    {"frees_bytes", server.frees_bytes},
                    {"models", server.models}});
  }
  return {{"programs", std::move(holders)}, {"model_servers", std::move(rows)}};
}

Residents find_residents(const base::Context& context) {
  Residents residents;
  residents.programs = host::find_memory_holders(kProgramsMax);
  const std::vector<Listener> listeners = find_listeners();
  residents.servers =
      join_servers(listeners, endpoint::find_running_servers(addresses_to_ask(context, listeners),
                                                             &context.interrupt, kAnswerTimeout));
  for (ModelServer& server : residents.servers) read_memory_of(server);
  return residents;
}

}  // namespace assay::scope

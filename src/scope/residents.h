// What else lives in this machine's memory: the largest programs, and the model servers among those
// that run, which a person may not remember having started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "endpoint/running_servers.h"
#include "host/listening.h"
#include "host/processes.h"

namespace assay::scope {

struct ModelServer {
  std::string name{};  ///< "Ollama".
  pid_t pid = 0;       ///< 0: another user's process.
  std::uint16_t port = 0;
  std::uint64_t memory_bytes = 0;     ///< Resident, mapped model files included; 0 without a pid.
  std::uint64_t frees_bytes = 0;      ///< What ending it gives back: its memory that is in no file.
  std::vector<std::string> models{};  ///< Those it has loaded, as far as it says.
};

struct Residents {
  std::vector<host::MemoryHolder> programs;  ///< Largest first, at most five.
  std::vector<ModelServer> servers;          ///< By port.

  std::uint64_t servers_free_bytes() const;
  /// {"programs": […], "model_servers": […]}.
  base::Json to_json() const;
};

/// Looks at processes and asks loopback ports; takes at most a second and a half.
Residents find_residents(const base::Context& context);

/// The kind of model server that a program's command line is; none for other programs. Scripts are
/// told by what the interpreter runs.
std::optional<endpoint::ServerKind> recognise_server(const host::RunningProgram& program);

/// A program and a port it listens on.
struct Listener {
  host::RunningProgram program;  ///< Its pid is 0 when it is not known.
  std::uint16_t port = 0;
};

/// Those of `listeners` that are servers by their command line or by their answer, each port once.
/// Memory is left 0.
std::vector<ModelServer> join_servers(const std::vector<Listener>& listeners,
                                      const std::vector<endpoint::RunningServer>& answers);

}  // namespace assay::scope

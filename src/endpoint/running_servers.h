// Which model servers run on this machine and what they serve, by asking the ports where they
// usually listen. Called by `assay models` and `assay scope`. Servers are told apart by listings
// that only one kind offers, not by their port: people move them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "net/url.h"

namespace assay::endpoint {

enum class ServerKind {
  Ollama,
  LlamaServer,
  LmStudio,
  Vllm,
  LmDeploy,
  TabbyApi,
  Sglang,
  KoboldCpp,
  OpenAiCompatible,  ///< It lists models as OpenAI does and says no more about itself.
};

/// "Ollama", "llama-server", "LM Studio", …
std::string_view name_of(ServerKind kind);

/// One model as its server describes it. Sentinels: empty and 0 where it does not say.
struct ServedModel {
  std::string name;                  ///< What a request's `model` must be.
  std::string path;                  ///< The file or folder it was loaded from.
  std::uint64_t size_bytes = 0;      ///< Of its weights.
  std::uint64_t memory_bytes = 0;    ///< What it holds while it is loaded.
  std::string quantization;          ///< "Q4_K_M".
  std::string parameters;            ///< In the server's words: "8.0B".
  std::uint64_t context_tokens = 0;  ///< What it was loaded with, else the most it can take.
  std::optional<bool> loaded;        ///< None: the server does not say.
};

struct RunningServer {
  ServerKind kind = ServerKind::OpenAiCompatible;
  std::string base_url;  ///< What a study's `url` would be: "http://127.0.0.1:11434/v1".
  std::string version;   ///< Empty where it does not say.
  std::vector<ServedModel> models;
  std::string note;  ///< Why the list is not complete; empty when it is.
};

/// The loopback ports that the known servers use unless told otherwise, and where $OLLAMA_HOST
/// points. Each origin once.
std::vector<net::Url> usual_server_addresses(const base::Context& context);

/// Asks every address at once and returns those that answered like a model server, in the order of
/// `addresses`. Never fails: what does not answer in `timeout`, answers something else or sends
/// more than 4 MiB is left out or, when it is recognised already, listed with a note. At most 1,000
/// models are kept per server; control characters in names are dropped. Ends early, with what is
/// known, when `interrupt` (may be null) is raised.
std::vector<RunningServer> find_running_servers(
    const std::vector<net::Url>& addresses, const base::Interrupt* interrupt,
    base::Nanoseconds timeout = std::chrono::milliseconds(1500));

}  // namespace assay::endpoint

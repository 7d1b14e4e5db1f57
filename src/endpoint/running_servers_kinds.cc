#include "endpoint/running_servers_kinds.h"

#include <algorithm>
#include <array>

namespace assay::endpoint {
namespace {

using base::Json;

constexpr std::size_t kModelsMax = 1'000;
constexpr std::size_t kTextBytesMax = 300;

/// Names come from programs that anybody may have written, and go to terminals.
std::string presentable(const std::string& text) {
  std::string kept;
  for (const char letter : text) {
    if (kept.size() == kTextBytesMax) break;
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte != 0x7F) kept += letter;
  }
  return kept;
}

std::string text_of(const Json& object, std::string_view key) {
  return presentable(base::string_member(object, key).value_or(""));
}

std::uint64_t count_of(const Json& object, std::string_view key) {
  const std::int64_t value = base::integer_member(object, key).value_or(0);
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

const Json& member(const Json& object, std::string_view key) {
  static const Json kNothing;
  const Json* found = base::find_member(object, key);
  return found != nullptr ? *found : kNothing;
}

/// Calls `take` for the first entries of the array `object[key]` that are objects.
template <typename Take>
void for_each_entry(const Json& object, std::string_view key, Take take) {
  const Json& entries = member(object, key);
  if (!entries.is_array()) return;
  std::size_t taken = 0;
  for (const Json& entry : entries) {
    if (!entry.is_object()) continue;
    if (++taken > kModelsMax) return;
    take(entry);
  }
}

bool is_kobold(const Json& sign) { return base::string_member(sign, "result") == "KoboldCpp"; }

/// Its model is named "koboldcpp/<file without ending>".
void read_kobold(const ServerAnswers& answers, RunningServer& server) {
  server.version = text_of(answers.sign, "version");
  ServedModel model;
  model.name = text_of(answers.listing, "result");
  model.context_tokens = count_of(answers.detail, "value");
  model.loaded = true;
  if (!model.name.empty() && model.name != "inactive") server.models.push_back(std::move(model));
}

bool is_ollama(const Json& sign) { return base::string_member(sign, "version").has_value(); }

/// /api/tags lists what is in the store, /api/ps what is loaded.
void read_ollama(const ServerAnswers& answers, RunningServer& server) {
  server.version = text_of(answers.sign, "version");
  for_each_entry(answers.listing, "models", [&](const Json& entry) {
    const Json& details = member(entry, "details");
    ServedModel model;
    model.name = text_of(entry, "name");
    model.size_bytes = count_of(entry, "size");
    model.quantization = text_of(details, "quantization_level");
    model.parameters = text_of(details, "parameter_size");
    model.loaded = false;
    server.models.push_back(std::move(model));
  });
  for_each_entry(answers.detail, "models", [&](const Json& entry) {
    const std::string name = text_of(entry, "name");
    const auto listed = std::find_if(server.models.begin(), server.models.end(),
                                     [&](const ServedModel& model) { return model.name == name; });
    if (listed == server.models.end()) return;
    listed->loaded = true;
    listed->memory_bytes = count_of(entry, "size");
    listed->context_tokens = count_of(entry, "context_length");
  });
}

bool is_lm_studio(const Json& sign) {
  const Json& models = member(sign, "models");
  return models.is_array() && std::all_of(models.begin(), models.end(), [](const Json& entry) {
           return base::find_member(entry, "key") != nullptr &&
                  base::find_member(entry, "loaded_instances") != nullptr;
         });
}

/// LM Studio from 0.4 on.
void read_lm_studio(const ServerAnswers& answers, RunningServer& server) {
  for_each_entry(answers.sign, "models", [&](const Json& entry) {
    if (text_of(entry, "type") == "embedding") return;
    ServedModel model;
    model.name = text_of(entry, "key");
    model.size_bytes = count_of(entry, "size_bytes");
    model.quantization = text_of(member(entry, "quantization"), "name");
    model.parameters = text_of(entry, "params_string");
    model.context_tokens = count_of(entry, "max_context_length");
    model.loaded = false;
    for_each_entry(entry, "loaded_instances", [&](const Json& instance) {
      model.loaded = true;
      const std::uint64_t context = count_of(member(instance, "config"), "context_length");
      if (context > 0) model.context_tokens = context;
    });
    server.models.push_back(std::move(model));
  });
}

bool is_early_lm_studio(const Json& sign) { return member(sign, "data").is_array(); }

/// LM Studio before 0.4.
void read_early_lm_studio(const ServerAnswers& answers, RunningServer& server) {
  for_each_entry(answers.sign, "data", [&](const Json& entry) {
    if (text_of(entry, "type") == "embeddings") return;
    ServedModel model;
    model.name = text_of(entry, "id");
    model.quantization = text_of(entry, "quantization");
    model.loaded = text_of(entry, "state") == "loaded";
    model.context_tokens = count_of(entry, "loaded_context_length");
    if (model.context_tokens == 0) model.context_tokens = count_of(entry, "max_context_length");
    server.models.push_back(std::move(model));
  });
}

bool is_llama_server(const Json& sign) {
  return base::find_member(sign, "default_generation_settings") != nullptr ||
         base::string_member(sign, "role") == "router";
}

/// One model, or with a router those it can start, each with its state.
void read_llama_server(const ServerAnswers& answers, RunningServer& server) {
  server.version = text_of(answers.sign, "build_info");
  for_each_entry(answers.listing, "data", [&](const Json& entry) {
    const Json& meta = member(entry, "meta");
    const auto state = base::string_member(member(entry, "status"), "value");
    ServedModel model;
    model.name = text_of(entry, "id");
    model.path = text_of(answers.sign, "model_path");
    model.size_bytes = count_of(meta, "size");
    model.quantization = text_of(meta, "ftype");
    model.context_tokens = count_of(meta, "n_ctx");
    model.loaded = !state || *state == "loaded";
    server.models.push_back(std::move(model));
  });
}

void read_openai_listing(const Json& listing, RunningServer& server) {
  for_each_entry(listing, "data", [&](const Json& entry) {
    ServedModel model;
    model.name = text_of(entry, "id");
    model.path = text_of(entry, "root");
    if (model.path == model.name) model.path.clear();
    model.context_tokens = count_of(entry, "max_model_len");
    server.models.push_back(std::move(model));
  });
}

bool is_sglang(const Json& sign) {
  return base::find_member(sign, "is_generation") != nullptr &&
         base::string_member(sign, "model_path").has_value();
}

void read_sglang(const ServerAnswers& answers, RunningServer& server) {
  server.version = text_of(answers.detail, "version");
  read_openai_listing(answers.listing, server);
  for (ServedModel& model : server.models) model.loaded = true;
}

bool is_tabby(const Json& sign) { return base::string_member(sign, "owned_by") == "tabbyAPI"; }

void read_tabby(const ServerAnswers& answers, RunningServer& server) {
  ServedModel model;
  model.name = text_of(answers.sign, "id");
  model.context_tokens = count_of(member(answers.sign, "parameters"), "max_seq_len");
  model.loaded = true;
  server.models.push_back(std::move(model));
}

struct OwnerRow {
  std::string_view owner;
  ServerKind kind;
};

/// What servers call themselves in `owned_by` of each listed model.
constexpr std::array kOwners{
    OwnerRow{"vllm", ServerKind::Vllm},
    OwnerRow{"lmdeploy", ServerKind::LmDeploy},
    OwnerRow{"tabbyAPI", ServerKind::TabbyApi},
    OwnerRow{"sglang", ServerKind::Sglang},
    OwnerRow{"llamacpp", ServerKind::LlamaServer},
};

bool is_openai_listing(const Json& sign) {
  const Json& entries = member(sign, "data");
  return entries.is_array() && std::all_of(entries.begin(), entries.end(), [](const Json& entry) {
           return base::string_member(entry, "id").has_value();
         });
}

void read_openai_compatible(const ServerAnswers& answers, RunningServer& server) {
  read_openai_listing(answers.sign, server);
  for_each_entry(answers.sign, "data", [&](const Json& entry) {
    const std::string owner = text_of(entry, "owned_by");
    for (const OwnerRow& row : kOwners) {
      if (row.owner == owner) server.kind = row.kind;
    }
  });
  // What vLLM, LMDeploy and SGLang list is in memory; other servers may list a store.
  if (server.kind == ServerKind::Vllm || server.kind == ServerKind::LmDeploy ||
      server.kind == ServerKind::Sglang) {
    for (ServedModel& model : server.models) model.loaded = true;
  }
  if (server.kind == ServerKind::Vllm) server.version = text_of(answers.detail, "version");
}

constexpr std::array kRows{
    ServerKindRow{ServerKind::KoboldCpp, "/api/extra/version", is_kobold, "/api/v1/model",
                  "/api/extra/true_max_context_length", read_kobold},
    ServerKindRow{ServerKind::LmStudio, "/api/v1/models", is_lm_studio, "", "", read_lm_studio},
    ServerKindRow{ServerKind::LmStudio, "/api/v0/models", is_early_lm_studio, "", "",
                  read_early_lm_studio},
    ServerKindRow{ServerKind::Ollama, "/api/version", is_ollama, "/api/tags", "/api/ps",
                  read_ollama},
    ServerKindRow{ServerKind::LlamaServer, "/props", is_llama_server, "/v1/models", "",
                  read_llama_server},
    ServerKindRow{ServerKind::Sglang, "/get_model_info", is_sglang, "/v1/models",
                  "/get_server_info", read_sglang},
    ServerKindRow{ServerKind::TabbyApi, "/v1/model", is_tabby, "", "", read_tabby},
    ServerKindRow{ServerKind::OpenAiCompatible, "/v1/models", is_openai_listing, "", "/version",
                  read_openai_compatible},
};

}  // namespace

std::string_view name_of(ServerKind kind) {
  switch (kind) {
    case ServerKind::Ollama:
      return "Ollama";
    case ServerKind::LlamaServer:
      return "llama-server";
    case ServerKind::LmStudio:
      return "LM Studio";
    case ServerKind::Vllm:
      return "vLLM";
    case ServerKind::LmDeploy:
      return "LMDeploy";
    case ServerKind::TabbyApi:
      return "TabbyAPI";
    case ServerKind::Sglang:
      return "SGLang";
    case ServerKind::KoboldCpp:
      return "KoboldCpp";
    case ServerKind::OpenAiCompatible:
      return "OpenAI-compatible";
  }
  return "";
}

std::span<const ServerKindRow> server_kind_rows() { return kRows; }

}  // namespace assay::endpoint

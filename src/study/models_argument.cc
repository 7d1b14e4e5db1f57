// Models named on the command line, and models read back from a journaled plan.
#include <fmt/core.h>

#include <algorithm>

#include "study/plan.h"

namespace assay::study {
namespace {

using base::Json;
using base::Result;
namespace fs = std::filesystem;

ModelSpec file_model(const fs::path& file) {
  ModelSpec model;
  model.name = file.stem().string();
  model.gguf = fs::absolute(file).lexically_normal();
  model.gguf_as_written = model.gguf.string();
  return model;
}

Result<std::vector<ModelSpec>> folder_models(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".gguf") files.push_back(entry.path());
  }
  if (failure) return base::errno_error(failure.value(), "list the folder", folder.string());
  if (files.empty()) {
    return base::bad_input("expected .gguf files in this folder, found none",
                           "give the folder that holds them, a .gguf file, or URL#model",
                           folder.string());
  }
  std::sort(files.begin(), files.end());
  std::vector<ModelSpec> models;
  for (const fs::path& file : files) models.push_back(file_model(file));
  return models;
}

Result<std::vector<ModelSpec>> endpoint_model(std::string_view argument,
                                              const std::string& key_env) {
  const std::size_t mark = argument.find('#');
  if (mark == std::string_view::npos || mark + 1 == argument.size()) {
    return base::bad_input("expected URL#model, found no model name after the address",
                           "for example http://127.0.0.1:11434/v1#qwen3:8b (Ollama)",
                           std::string(argument));
  }
  ModelSpec model;
  model.url = std::string(argument.substr(0, mark));
  model.model = std::string(argument.substr(mark + 1));
  model.key_env = key_env;
  // Names stand in cell ids, where `/` separates.
  model.name = model.model;
  std::replace(model.name.begin(), model.name.end(), '/', ':');
  // Ollama and others are often given without the version that OpenAI's paths start with.
  const std::size_t path = model.url.find('/', model.url.find("://") + 3);
  if (path == std::string::npos || path + 1 == model.url.size()) {
    model.url = model.url.substr(0, path) + "/v1";
  }
  return std::vector<ModelSpec>{std::move(model)};
}

}  // namespace

Result<std::vector<ModelSpec>> models_from_argument(std::string_view argument,
                                                    const std::string& key_env) {
  if (argument.starts_with("http://") || argument.starts_with("https://")) {
    return endpoint_model(argument, key_env);
  }
  const fs::path path(argument);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return folder_models(path);
  if (path.extension() == ".gguf") return std::vector<ModelSpec>{file_model(path)};
  return base::bad_input("expected a folder, a .gguf file or URL#model",
                         "for example --models ~/models, --models m.gguf, "
                         "--models http://127.0.0.1:11434/v1#qwen3:8b",
                         std::string(argument));
}

Result<std::vector<ModelSpec>> models_of_plan(const Json& plan, const fs::path& folder) {
  std::vector<ModelSpec> models;
  const Json* rows = base::find_member(plan, "models");
  if (rows == nullptr || !rows->is_array()) {
    return base::bad_input("the journaled plan has no list of models",
                           "the journal was written by another version of assay");
  }
  for (const Json& row : *rows) {
    ModelSpec model;
    model.name = base::string_member(row, "name").value_or("");
    model.gguf_as_written = base::string_member(row, "gguf").value_or("");
    if (!model.gguf_as_written.empty()) {
      model.gguf = fs::absolute(folder / model.gguf_as_written).lexically_normal();
    }
    model.url = base::string_member(row, "url").value_or("");
    model.model = base::string_member(row, "model").value_or("");
    model.key_env = base::string_member(row, "key_env").value_or("");
    model.memory_limit_bytes =
        static_cast<std::uint64_t>(base::integer_member(row, "memory_limit_bytes").value_or(0));
    model.price_input = base::number_member(row, "price_input");
    model.price_output = base::number_member(row, "price_output");
    models.push_back(std::move(model));
  }
  return models;
}

}  // namespace assay::study

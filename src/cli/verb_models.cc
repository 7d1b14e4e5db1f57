#include <fmt/format.h>

#include <memory>
#include <ostream>

#include "base/json.h"
#include "base/text.h"
#include "catalog/survey.h"
#include "cli/column_table.h"
#include "cli/model_words.h"
#include "cli/verb.h"
#include "endpoint/running_servers.h"
#include "gguf/geometry.h"
#include "gguf/parameters.h"

namespace assay::cli {
namespace {

using base::Json;
using catalog::FileKind;
using catalog::LocalModel;
using endpoint::RunningServer;

struct ModelsArguments {
  std::vector<std::string> folders;
  bool paths = false;
  bool json = false;
};

Json model_json(const LocalModel& model) {
  const gguf::ParameterCount count = gguf::count_parameters(model.header);
  Json names = Json::array();
  for (const catalog::ModelName& name : model.names) {
    names.push_back({{"source", name.source}, {"name", name.name}});
  }
  return Json{{"name", model.name()},
              {"names", std::move(names)},
              {"path", model.path.string()},
              {"header_offset", model.header_offset},
              {"kind", name_of(model.kind)},
              {"architecture", model.header.text("general.architecture").value_or("")},
              {"quantization", model.header.quantization()},
              {"file_bytes", model.header.file_bytes},
              {"parameters_total", count.total},
              {"parameters_active", count.active},
              {"context_tokens", gguf::read_geometry(model.header).context_tokens}};
}

Json server_json(const RunningServer& server) {
  Json models = Json::array();
  for (const endpoint::ServedModel& model : server.models) {
    Json entry{{"name", model.name},
               {"path", model.path},
               {"size_bytes", model.size_bytes},
               {"memory_bytes", model.memory_bytes},
               {"quantization", model.quantization},
               {"parameters", model.parameters},
               {"context_tokens", model.context_tokens},
               {"loaded", nullptr}};
    if (model.loaded) entry["loaded"] = *model.loaded;
    models.push_back(std::move(entry));
  }
  return Json{{"kind", name_of(server.kind)},
              {"url", server.base_url},
              {"version", server.version},
              {"note", server.note},
              {"models", std::move(models)}};
}

void print_json(base::Context& context, const catalog::Survey& survey,
                const std::vector<RunningServer>& servers) {
  Json record{{"models", Json::array()}, {"unusable", Json::array()}, {"servers", Json::array()}};
  for (const LocalModel& model : survey.models) record["models"].push_back(model_json(model));
  for (const catalog::UnusableFile& file : survey.unusable) {
    record["unusable"].push_back(
        {{"source", file.source}, {"path", file.path.string()}, {"reason", file.reason}});
  }
  for (const RunningServer& server : servers) record["servers"].push_back(server_json(server));
  context.out << base::dump_json(record) << '\n';
}

std::string sources_of(const LocalModel& model) {
  std::string sources;
  for (const catalog::ModelName& name : model.names) {
    if (sources.find(name.source) != std::string::npos) continue;
    sources += (sources.empty() ? "" : ", ") + name.source;
  }
  return sources;
}

void print_models(base::Context& context, const catalog::Survey& survey, bool paths) {
  std::vector<ColumnTable::Column> columns{{"model"},        {"source"},       {"architecture"},
                                           {"quantization"}, {"file", true},   {"parameters", true},
                                           {"active", true}, {"context", true}};
  if (paths) columns.push_back({"path"});
  ColumnTable table(std::move(columns));
  std::size_t models = 0;
  for (const LocalModel& model : survey.models) {
    if (model.kind != FileKind::Model) continue;
    ++models;
    const gguf::ParameterCount count = gguf::count_parameters(model.header);
    std::vector<std::string> cells{model.name(),
                                   sources_of(model),
                                   model.header.text("general.architecture").value_or("?"),
                                   model.header.quantization(),
                                   base::human_bytes(model.header.file_bytes),
                                   parameter_words(count.total),
                                   parameter_words(count.active),
                                   token_words(gguf::read_geometry(model.header).context_tokens)};
    if (paths) cells.push_back(model.path.string());
    table.add(std::move(cells));
  }
  if (models == 0) {
    context.out << "no models found on this machine\n";
    context.err << "note: `--models DIR` looks into a folder of yours; `assay shortlist --catalog` "
                   "says what would run here\n";
    return;
  }
  context.out << table.to_text();
}

void print_others(base::Context& context, const catalog::Survey& survey) {
  ColumnTable others({{"other files"}, {"kind"}, {"source"}, {"file", true}});
  bool any = false;
  for (const LocalModel& model : survey.models) {
    if (model.kind == FileKind::Model) continue;
    any = true;
    others.add({model.name(), std::string(name_of(model.kind)), sources_of(model),
                base::human_bytes(model.header.file_bytes)});
  }
  if (any) context.out << '\n' << others.to_text();
  if (survey.unusable.empty()) return;
  context.out << "\ncannot be used\n";
  for (const catalog::UnusableFile& file : survey.unusable) {
    context.out << fmt::format("  {}: {}: {}\n", file.source, file.path.string(), file.reason);
  }
}

std::string state_of(const endpoint::ServedModel& model) {
  if (!model.loaded) return "";
  if (!*model.loaded) return "not loaded";
  return model.memory_bytes == 0 ? "loaded"
                                 : fmt::format("loaded, {}", base::human_bytes(model.memory_bytes));
}

void print_servers(base::Context& context, const std::vector<RunningServer>& servers) {
  for (const RunningServer& server : servers) {
    context.out << fmt::format("\n{}{}{} at {}{}{}\n", name_of(server.kind),
                               server.version.empty() ? "" : " ", server.version, server.base_url,
                               server.note.empty() ? "" : ": ", server.note);
    if (server.models.empty()) continue;
    ColumnTable table(
        {{"  model"}, {"quantization"}, {"size", true}, {"context", true}, {"state"}});
    for (const endpoint::ServedModel& model : server.models) {
      table.add({"  " + model.name, model.quantization,
                 model.size_bytes == 0 ? "" : base::human_bytes(model.size_bytes),
                 model.context_tokens == 0 ? "" : token_words(model.context_tokens),
                 state_of(model)});
    }
    context.out << table.to_text();
  }
}

base::Status list_models(base::Context& context, const ModelsArguments& arguments) {
  ASSAY_TRY(const catalog::Survey survey, look_for_models(context, arguments.folders));
  const std::vector<RunningServer> servers =
      endpoint::find_running_servers(endpoint::usual_server_addresses(context), &context.interrupt);
  if (arguments.json) {
    print_json(context, survey, servers);
    return base::Done{};
  }
  print_models(context, survey, arguments.paths);
  print_others(context, survey);
  print_servers(context, servers);
  return base::Done{};
}

}  // namespace

void add_models(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<ModelsArguments>();
  CLI::App* command =
      add_command(app, "models",
                  "The models on this machine, in the stores of other programs too, and what "
                  "servers run",
                  "  assay models\n"
                  "  assay models --models ~/models --paths");
  add_model_folders(*command, arguments->folders);
  command->add_flag("--paths", arguments->paths, "Show where each file is");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return list_models(context, *arguments); };
  });
}

}  // namespace assay::cli

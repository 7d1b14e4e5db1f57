#include "finding/export_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "finding/phrase.h"

namespace assay::finding {
namespace {

using base::Json;

struct Flag {
  std::string_view setting;
  std::string_view flag;
};

/// Settings of the server itself, as endpoint::GuestSettings names them.
constexpr std::array kServerFlags{
    Flag{"model", "--model"},
    Flag{"context_tokens", "--ctx-size"},
    Flag{"threads", "--threads"},
    Flag{"threads_batch", "--threads-batch"},
    Flag{"parallel", "--parallel"},
    Flag{"gpu_layers", "--gpu-layers"},
    Flag{"cpu_moe_layers", "--n-cpu-moe"},
    Flag{"flash_attention", "--flash-attn"},
    Flag{"batch", "--batch-size"},
    Flag{"micro_batch", "--ubatch-size"},
    Flag{"cache_type_k", "--cache-type-k"},
    Flag{"cache_type_v", "--cache-type-v"},
};

/// Request fields that llama-server takes as defaults for requests which leave them out.
constexpr std::array kRequestFlags{
    Flag{"temperature", "--temp"},
    Flag{"top_k", "--top-k"},
    Flag{"top_p", "--top-p"},
    Flag{"min_p", "--min-p"},
    Flag{"typical_p", "--typical-p"},
    Flag{"top_n_sigma", "--top-n-sigma"},
    Flag{"xtc_probability", "--xtc-probability"},
    Flag{"xtc_threshold", "--xtc-threshold"},
    Flag{"dynatemp_range", "--dynatemp-range"},
    Flag{"dynatemp_exponent", "--dynatemp-exp"},
    Flag{"mirostat", "--mirostat"},
    Flag{"mirostat_tau", "--mirostat-ent"},
    Flag{"mirostat_eta", "--mirostat-lr"},
    Flag{"adaptive_target", "--adaptive-target"},
    Flag{"adaptive_decay", "--adaptive-decay"},
    Flag{"dry_multiplier", "--dry-multiplier"},
    Flag{"dry_base", "--dry-base"},
    Flag{"dry_allowed_length", "--dry-allowed-length"},
    Flag{"dry_penalty_last_n", "--dry-penalty-last-n"},
    Flag{"repeat_last_n", "--repeat-last-n"},
    Flag{"repeat_penalty", "--repeat-penalty"},
    Flag{"presence_penalty", "--presence-penalty"},
    Flag{"frequency_penalty", "--frequency-penalty"},
    Flag{"max_tokens", "--n-predict"},
    Flag{"thinking_budget_tokens", "--reasoning-budget"},
};

/// One word for a POSIX shell.
std::string shell_quoted(std::string_view text) {
  const auto is_plain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') ||
           std::string_view("_-./:=,+@%").find(letter) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string quoted = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

/// A line break in a name must not end the comment and become a command.
std::string comment_text(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(),
      [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; }, ' ');
  return line;
}

std::string plain_value(const Json& value) {
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

/// GuestSettings' sentinels (empty, 0, and -1 where 0 says none) mean the engine's default.
bool is_default(std::string_view setting, const Json& value) {
  if (value.is_null()) return true;
  if (value.is_string()) return value.get<std::string>().empty();
  if (!value.is_number()) return false;
  const bool counts_from_none = setting == "gpu_layers" || setting == "cpu_moe_layers";
  return counts_from_none ? value.get<double>() < 0 : value.get<double>() == 0;
}

std::string option(std::string_view flag, const Json& value) {
  return fmt::format(" \\\n  {} {}", flag, shell_quoted(plain_value(value)));
}

struct Chosen {
  const ModelFinding* model = nullptr;
  const CellFinding* cell = nullptr;
};

base::Result<Chosen> chosen_of(const StudyFinding& finding) {
  if (!finding.decision.made) {
    return base::bad_input(
        "expected a decision to export, found none: " + finding.decision.headline,
        finding.decision.caveat, "study " + finding.study);
  }
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) {
      if (model.model == finding.decision.model && cell.id == finding.decision.cell) {
        return Chosen{&model, &cell};
      }
    }
  }
  return base::internal_error("the decision names a cell that the study does not have",
                              "study " + finding.study);
}

std::string script_header(const StudyFinding& finding, const Chosen& chosen) {
  const CellFinding& cell = *chosen.cell;
  std::string header = "#!/bin/sh\n";
  const auto line = [&header](std::string_view text) {
    header += "# " + comment_text(text) + "\n";
  };
  line(fmt::format("llama-server as measured by assay: {}, {}.", chosen.model->model,
                   cell_label(cell)));
  line(fmt::format("Study {} ({}), {}, cell {}.", finding.study, finding.name, finding.created,
                   cell.id));
  line(fmt::format("Accuracy {} (95% interval {}, {} trials on {} canaries).",
                   percent(cell.accuracy), percent_range(cell.accuracy_interval), cell.n,
                   finding.canaries));
  if (!finding.engine.empty()) line("Engine " + finding.engine + ".");
  line("Caveat: " + finding.decision.caveat);
  line("More options, --port for one, can be given to this script; they come last and win.");
  return header;
}

/// Fixed so that trials are comparable, not something to deploy with, unless it was the level that
/// won.
bool is_for_measuring(const CellFinding& cell, std::string_view field) {
  return (field == "seed" || field == "cache_prompt") && cell.factor != field;
}

/// The measured request fields that no flag can set.
std::string request_remark(const CellFinding& cell, const Json& request) {
  Json rest = Json::object();
  for (const auto& [name, value] : request.items()) {
    const bool has_flag = std::any_of(kRequestFlags.begin(), kRequestFlags.end(),
                                      [&](const Flag& flag) { return flag.setting == name; });
    if (!has_flag && !is_for_measuring(cell, name)) rest[name] = value;
  }
  if (rest.empty()) return "";
  return "# Send these with every request, as they were measured:\n# " +
         comment_text(base::dump_json(rest)) + "\n";
}

base::Result<std::string> server_script(const StudyFinding& finding, const Chosen& chosen) {
  const Json& guest = chosen.cell->settings.at("guest");
  const Json& request = chosen.cell->settings.at("request");
  if (!guest.is_object()) {
    return base::bad_input(
        fmt::format("expected a model that assay started itself, found {}, which is served at {}",
                    chosen.model->model, chosen.model->url),
        "export its request with --for openai", "study " + finding.study);
  }
  std::string script = script_header(finding, chosen);
  if (request.is_object()) script += request_remark(*chosen.cell, request);
  script += "exec \"${LLAMA_SERVER:-llama-server}\"";
  for (const auto& [setting, flag] : kServerFlags) {
    const Json* value = base::find_member(guest, setting);
    if (value != nullptr && !is_default(setting, *value)) script += option(flag, *value);
  }
  if (const Json* offload = base::find_member(guest, "kv_offload");
      offload != nullptr && offload->is_boolean()) {
    script += fmt::format(" \\\n  {}", offload->get<bool>() ? "--kv-offload" : "--no-kv-offload");
  }
  script += option("--alias", chosen.model->served_as);
  for (const auto& [setting, flag] : kRequestFlags) {
    const Json* value = base::find_member(request, setting);
    if (value != nullptr && value->is_primitive() && !value->is_null()) {
      script += option(flag, *value);
    }
  }
  return script + " \\\n  \"$@\"\n";
}

/// The plan keeps what shapes the messages among the request's fields; on the wire there are only
/// messages.
bool is_of_messages(std::string_view name) {
  return name == "system_prompt" || name == "prompt" || name == "turns" || name == "echo_reasoning";
}

/// The messages of one question, as the cell puts it.
Json example_messages(const Json& request) {
  const Json* prompt = base::find_member(request, "prompt");
  const Json plain = Json::object();
  const Json& shape = prompt == nullptr ? plain : *prompt;
  Json messages = Json::array();
  auto system = base::string_member(shape, "system");
  if (!system) system = base::string_member(request, "system_prompt");
  if (system) messages.push_back({{"role", "system"}, {"content", *system}});
  std::string user = base::string_member(shape, "user").value_or("{{prompt}}");
  constexpr std::string_view kMark = "{{prompt}}";
  if (const std::size_t mark = user.find(kMark); mark != std::string::npos) {
    user.replace(mark, kMark.size(), "Your prompt here.");
  }
  messages.push_back({{"role", "user"}, {"content", user}});
  return messages;
}

std::string request_body(const Chosen& chosen) {
  const Json& request = chosen.cell->settings.at("request");
  Json body{{"model", chosen.model->served_as}, {"messages", example_messages(request)}};
  if (request.is_object()) {
    for (const auto& [name, value] : request.items()) {
      if (!is_of_messages(name) && !is_for_measuring(*chosen.cell, name)) body[name] = value;
    }
  }
  return base::dump_json_pretty(body) + "\n";
}

}  // namespace

base::Result<ExportFormat> parse_export_format(std::string_view name) {
  if (name == "llama-server") return ExportFormat::LlamaServer;
  if (name == "openai") return ExportFormat::OpenAi;
  return base::usage_error(
      fmt::format("expected the format llama-server or openai, found \"{}\"", name),
      "use --for llama-server or --for openai");
}

base::Result<std::string> export_config(const StudyFinding& finding, ExportFormat format) {
  ASSAY_TRY(const Chosen chosen, chosen_of(finding));
  if (format == ExportFormat::OpenAi) return request_body(chosen);
  return server_script(finding, chosen);
}

}  // namespace assay::finding

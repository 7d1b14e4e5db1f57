#include "cli/load_flags.h"

#include <fmt/format.h>

#include "base/json.h"

namespace assay::cli {
namespace {

/// JSON's strings and lists of them are TOML's too.
std::string toml_value(const base::Json& value) { return base::dump_json(value); }

std::string line(std::string_view key, const std::string& text) {
  return text.empty() ? "" : fmt::format("{} = {}\n", key, toml_value(text));
}

template <typename Number>
std::string line_of_number(std::string_view key, Number value, Number unset) {
  return value == unset ? "" : fmt::format("{} = {}\n", key, value);
}

std::string stage(const LoadFlags& flags, const std::string& lasts, bool is_warm_up) {
  const std::string load = flags.concurrency > 0
                               ? fmt::format("concurrency = {}\n", flags.concurrency)
                               : fmt::format("rate = {}\n", flags.rate > 0 ? flags.rate : 1.0);
  return "\n[[stage]]\n" + load + line("for", lasts) + (is_warm_up ? "warm_up = true\n" : "");
}

std::string work(const LoadFlags& flags) {
  std::string text = "\n[work]\n";
  const bool has_content = !flags.prompt.empty() || !flags.cases.empty() || flags.input_tokens > 0;
  text += line("prompt", has_content ? flags.prompt : "Write a short story about a lighthouse.");
  text += line("cases", flags.cases);
  text += line_of_number<std::int64_t>("input_tokens", flags.input_tokens, 0);
  text += line_of_number<std::int64_t>("output_tokens", flags.output_tokens, 0);
  if (flags.ignore_eos) text += "ignore_eos = true\n";
  if (flags.no_stream) text += "stream = false\n";
  return text;
}

std::string client(const LoadFlags& flags) {
  const std::string text = line_of_number<std::int64_t>("threads", flags.threads, 0) +
                           line_of_number<std::int64_t>("connections", flags.connections, 0) +
                           (flags.no_calibration ? "calibrate = false\n" : "");
  return text.empty() ? "" : "\n[client]\n" + text;
}

}  // namespace

std::string scenario_text(const LoadFlags& flags) {
  std::string text = "name = \"quick\"\n";
  text += line("arrivals", flags.arrivals);
  text += line_of_number<std::int64_t>("seed", flags.seed, -1);
  text += line_of_number<double>("timeout_s", flags.timeout_s, 0);
  if (!flags.objectives.empty()) {
    text += fmt::format("objectives = {}\n", toml_value(flags.objectives));
  }
  if (!flags.thresholds.empty()) {
    text += fmt::format("thresholds = {}\n", toml_value(flags.thresholds));
  }
  text += "\n[[target]]\n" + line("url", flags.url) + line("model", flags.model) +
          line("key_env", flags.key_env);
  if (!flags.warm_up.empty()) text += stage(flags, flags.warm_up, true);
  return text + stage(flags, flags.lasts, false) + work(flags) + client(flags);
}

}  // namespace assay::cli

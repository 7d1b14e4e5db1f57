#include "study/spec.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "base/toml_value.h"
#include "study/spec_load.h"
#include "study/spec_matrix.h"

namespace assay::study {
namespace {

using base::Done;
using base::Result;
using base::Status;

Result<std::vector<std::filesystem::path>> read_tasks(const SpecReader& reader,
                                                      const toml::node& node) {
  std::vector<std::filesystem::path> paths;
  if (node.is_string()) {
    ASSAY_TRY(std::string path, base::toml_text(reader.source, node, "[study] tasks"));
    paths.push_back(reader.folder / path);
    return paths;
  }
  const auto* array = node.as_array();
  if (array == nullptr || array->empty()) {
    return base::toml_mismatch(reader.source, node, "[study] tasks",
                               "a list of task packs or JSONL files");
  }
  for (const toml::node& item : *array) {
    ASSAY_TRY(std::string path, base::toml_text(reader.source, item, "[study] tasks"));
    paths.push_back(reader.folder / path);
  }
  return paths;
}

Result<Budget> read_budget(const SpecReader& reader, const toml::node& node) {
  if (const auto* text = node.as_string()) {
    if (const auto seconds = base::parse_duration_s(text->get())) return Budget{.wall_s = seconds};
  }
  if (const auto* runs = node.as_integer(); runs != nullptr && runs->get() >= 0) {
    return Budget{.runs = runs->get()};
  }
  const auto* table = node.as_table();
  if (table == nullptr) {
    return base::toml_mismatch(reader.source, node, "[study] budget",
                               "a number of runs, a time such as \"30 min\", or a table such as "
                               "{ runs = 2000, wall_s = 600 }");
  }
  static const std::vector<std::string> kKnown{"runs", "tokens", "wall_s", "cost_usd"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(*table, kKnown, reader.source, "[study] budget"));
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  Budget budget;
  if (const toml::node* runs = table->get("runs")) {
    ASSAY_TRY(budget.runs, base::toml_integer(reader.source, *runs, "[study] budget.runs", 0));
  }
  if (const toml::node* tokens = table->get("tokens")) {
    ASSAY_TRY(budget.tokens,
              base::toml_integer(reader.source, *tokens, "[study] budget.tokens", 0));
  }
  if (const toml::node* wall = table->get("wall_s")) {
    ASSAY_TRY(budget.wall_s,
              base::toml_number(reader.source, *wall, "[study] budget.wall_s", 0, kUnbounded));
  }
  if (const toml::node* cost = table->get("cost_usd")) {
    ASSAY_TRY(budget.cost_usd,
              base::toml_number(reader.source, *cost, "[study] budget.cost_usd", 0, kUnbounded));
  }
  return budget;
}

Status read_study(const SpecReader& reader, const toml::table& document, StudySpec& spec) {
  const toml::node* node = document.get("study");
  if (node == nullptr) {
    return base::bad_input("expected a [study] table, found none",
                           "start from `examples/quickstart/study.toml`",
                           std::string(reader.source));
  }
  const auto* table = node->as_table();
  if (table == nullptr) return base::toml_mismatch(reader.source, *node, "study", "a table");
  static const std::vector<std::string> kKnown{"name",     "tasks",     "repeats", "seed",
                                               "canaries", "margin",    "alpha",   "futility",
                                               "looks",    "timeout_s", "budget",  "spending"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(*table, kKnown, reader.source, "[study]"));
  if (table->get("name") == nullptr) {
    return base::bad_input("[study] lacks `name`", "",
                           base::toml_place(reader.source, *table, "[study]"));
  }
  const toml::node* tasks = table->get("tasks");
  if ((tasks == nullptr) == !spec.load) {
    return base::bad_input(tasks == nullptr ? "[study] lacks `tasks`"
                                            : "[study] `tasks` and a table [load] do not mix",
                           "a study measures task packs (tasks = [\"packs/…\"]) or a model under "
                           "load (a table [load])",
                           base::toml_place(reader.source, *table, "[study]"));
  }
  ASSAY_TRY(spec.name, base::toml_text(reader.source, *table->get("name"), "[study] name"));
  if (tasks != nullptr) {
    ASSAY_TRY(spec.tasks, read_tasks(reader, *tasks));
  }
  if (const toml::node* repeats = table->get("repeats")) {
    ASSAY_TRY(spec.repeats, base::toml_integer(reader.source, *repeats, "[study] repeats", 1));
  }
  if (const toml::node* seed = table->get("seed")) {
    ASSAY_TRY(const std::int64_t value,
              base::toml_integer(reader.source, *seed, "[study] seed", 0));
    spec.seed = static_cast<std::uint64_t>(value);
  }
  if (const toml::node* canaries = table->get("canaries")) {
    ASSAY_TRY(spec.canaries, base::toml_integer(reader.source, *canaries, "[study] canaries", 1));
  }
  if (const toml::node* margin = table->get("margin")) {
    ASSAY_TRY(spec.margin, base::toml_number(reader.source, *margin, "[study] margin", 0.001, 0.5));
  }
  if (const toml::node* alpha = table->get("alpha")) {
    ASSAY_TRY(spec.alpha, base::toml_number(reader.source, *alpha, "[study] alpha", 0.0001, 0.2));
  }
  if (const toml::node* futility = table->get("futility")) {
    ASSAY_TRY(spec.futility,
              base::toml_number(reader.source, *futility, "[study] futility", 0, 0.5));
  }
  if (const toml::node* looks = table->get("looks")) {
    ASSAY_TRY(spec.looks, base::toml_integer(reader.source, *looks, "[study] looks", 1));
  }
  if (const toml::node* spending = table->get("spending")) {
    ASSAY_TRY(spec.spending, base::toml_choice(reader.source, *spending, "[study] spending",
                                               "obrien_fleming pocock"));
  }
  if (const toml::node* timeout = table->get("timeout_s")) {
    ASSAY_TRY(spec.timeout_s,
              base::toml_number(reader.source, *timeout, "[study] timeout_s", 0.001, 86400));
  }
  if (const toml::node* budget = table->get("budget")) {
    ASSAY_TRY(spec.budget, read_budget(reader, *budget));
  }
  return Done{};
}

Status read_decision(const SpecReader& reader, const toml::table& document, StudySpec& spec) {
  const toml::node* node = document.get("decision");
  if (node == nullptr) return Done{};
  const auto* table = node->as_table();
  if (table == nullptr) return base::toml_mismatch(reader.source, *node, "decision", "a table");
  static const std::vector<std::string> kKnown{
      "accuracy_least", "ttft_ms_most", "memory_bytes_most", "cost_usd_per_1000_most", "rank"};
  static const std::vector<std::string> kKnownOfLoad{
      "share_least", "ttft_ms_most", "memory_bytes_most", "cost_usd_per_1000_most", "rank"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(*table, spec.load ? kKnownOfLoad : kKnown, reader.source,
                                           "[decision]"));
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  DecisionRule& rule = spec.decision;
  struct Bound {
    const char* key;
    std::optional<double>* value;
    double high;
  };
  for (const Bound& bound :
       {Bound{spec.load ? "share_least" : "accuracy_least", &rule.accuracy_least, 1},
        Bound{"ttft_ms_most", &rule.ttft_ms_most, kUnbounded},
        Bound{"memory_bytes_most", &rule.memory_bytes_most, kUnbounded},
        Bound{"cost_usd_per_1000_most", &rule.cost_usd_per_1000_most, kUnbounded}}) {
    const toml::node* found = table->get(bound.key);
    if (found == nullptr) continue;
    ASSAY_TRY(*bound.value,
              base::toml_number(reader.source, *found, fmt::format("[decision] {}", bound.key), 0,
                                bound.high));
  }
  if (const toml::node* rank = table->get("rank")) {
    ASSAY_TRY(rule.rank, base::toml_choice(reader.source, *rank, "[decision] rank",
                                           spec.load ? kRanksOfLoad : kRanks));
    if (rule.rank == "share") rule.rank = "accuracy";
  }
  return Done{};
}

Status read_model_texts(const SpecReader& reader, const toml::table& table, ModelSpec& model) {
  const std::pair<std::string_view, std::string*> texts[] = {{"name", &model.name},
                                                             {"gguf", &model.gguf_as_written},
                                                             {"url", &model.url},
                                                             {"model", &model.model},
                                                             {"key_env", &model.key_env}};
  for (const auto& [key, target] : texts) {
    if (const toml::node* node = table.get(key)) {
      ASSAY_TRY(*target, base::toml_text(reader.source, *node, fmt::format("[[model]] {}", key)));
    }
  }
  return Done{};
}

Result<ModelSpec> read_model(const SpecReader& reader, const toml::node& node) {
  const auto* table = node.as_table();
  if (table == nullptr) return base::toml_mismatch(reader.source, node, "[[model]]", "a table");
  static const std::vector<std::string> kKnown{
      "name",    "gguf",        "url",          "model",
      "key_env", "price_input", "price_output", "memory_limit_bytes"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(*table, kKnown, reader.source, "[[model]]"));
  ModelSpec model;
  ASSAY_TRY_DONE(read_model_texts(reader, *table, model));
  const std::string place = base::toml_place(reader.source, node, "[[model]]");
  if (model.name.empty()) return base::bad_input("[[model]] lacks `name`", "", place);
  if (model.name.find_first_of("/\n\t") != std::string::npos) {
    return base::bad_input(fmt::format("expected a name without `/`, found \"{}\"", model.name), "",
                           place);
  }
  if (model.gguf_as_written.empty() == model.url.empty()) {
    return base::bad_input(
        fmt::format("model `{}` needs exactly one of `gguf` and `url`", model.name),
        "gguf = a file that assay serves itself; url + model = a running endpoint", place);
  }
  if (!model.gguf_as_written.empty()) {
    // Absolute, so that a deployed configuration finds the file from anywhere.
    model.gguf =
        std::filesystem::absolute(reader.folder / model.gguf_as_written).lexically_normal();
  }
  if (!model.url.empty() && model.model.empty()) {
    return base::bad_input(fmt::format("model `{}` has a `url` but no `model`", model.name),
                           "name the model as the endpoint's /models lists it", place);
  }
  if (const toml::node* limit = table->get("memory_limit_bytes")) {
    ASSAY_TRY(const std::int64_t bytes,
              base::toml_integer(reader.source, *limit, "[[model]] memory_limit_bytes", 1));
    model.memory_limit_bytes = static_cast<std::uint64_t>(bytes);
  }
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  if (const toml::node* price = table->get("price_input")) {
    ASSAY_TRY(model.price_input,
              base::toml_number(reader.source, *price, "[[model]] price_input", 0, kUnbounded));
  }
  if (const toml::node* price = table->get("price_output")) {
    ASSAY_TRY(model.price_output,
              base::toml_number(reader.source, *price, "[[model]] price_output", 0, kUnbounded));
  }
  return model;
}

Status read_models(const SpecReader& reader, const toml::table& document, StudySpec& spec) {
  const toml::node* node = document.get("model");
  if (node == nullptr) return Done{};
  const auto* array = node->as_array();
  if (array == nullptr) {
    return base::toml_mismatch(reader.source, *node, "model", "one or more [[model]] tables");
  }
  std::set<std::string> names;
  for (const toml::node& item : *array) {
    ASSAY_TRY(ModelSpec model, read_model(reader, item));
    if (!names.insert(model.name).second) {
      return base::bad_input(fmt::format("two models are called `{}`", model.name),
                             "give each [[model]] its own name",
                             base::toml_place(reader.source, item, "[[model]] name"));
    }
    spec.models.push_back(std::move(model));
  }
  return Done{};
}

}  // namespace

Result<StudySpec> parse_spec(std::string_view text, std::string_view source_name,
                             const std::filesystem::path& folder) {
  const SpecReader reader{source_name, folder};
  ASSAY_TRY(const toml::table document, base::parse_toml(text, source_name));
  static const std::vector<std::string> kKnown{"study", "model",   "baseline", "factors",
                                               "cell",  "prompts", "decision", "load"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(document, kKnown, source_name, "the study file"));
  StudySpec spec;
  spec.source = std::string(text);
  ASSAY_TRY_DONE(read_load(reader, document, spec));
  ASSAY_TRY_DONE(read_study(reader, document, spec));
  ASSAY_TRY_DONE(read_models(reader, document, spec));
  ASSAY_TRY_DONE(read_decision(reader, document, spec));
  ASSAY_TRY_DONE(read_matrix(reader, document, spec));
  ASSAY_TRY_DONE(check_load(reader, document, spec));
  return spec;
}

Result<StudySpec> load_spec(const std::filesystem::path& file) {
  ASSAY_TRY(const std::string text, base::read_file(file, std::uint64_t{4} << 20U));
  ASSAY_TRY(StudySpec spec, parse_spec(text, file.string(), file.parent_path()));
  spec.file = file;
  return spec;
}

}  // namespace assay::study

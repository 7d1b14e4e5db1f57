#include "study/spec_matrix.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/toml_value.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Result;
using base::Status;

using Entry = std::pair<const toml::key*, const toml::node*>;

/// toml++ iterates tables by key; the order of the file is the order people expect to read.
std::vector<Entry> in_file_order(const toml::table& table) {
  std::vector<Entry> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  std::sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) {
    const toml::source_position a = left.first->source().begin;
    const toml::source_position b = right.first->source().begin;
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return entries;
}

/// The table under `name`, or nullptr when there is none.
Result<const toml::table*> table_of(const SpecReader& reader, const toml::table& document,
                                    std::string_view name) {
  const toml::node* node = document.get(name);
  if (node == nullptr) return static_cast<const toml::table*>(nullptr);
  const auto* table = node->as_table();
  if (table == nullptr) return base::toml_mismatch(reader.source, *node, name, "a table");
  return table;
}

Result<Json> scalar_of(const SpecReader& reader, const toml::node& node, std::string_view key) {
  if (const auto* text = node.as_string()) return Json(text->get());
  if (const auto* integer = node.as_integer()) return Json(integer->get());
  if (const auto* boolean = node.as_boolean()) return Json(boolean->get());
  if (const auto* number = node.as_floating_point(); number && std::isfinite(number->get())) {
    return Json(number->get());
  }
  return base::toml_mismatch(reader.source, node, key,
                             "a string, a finite number or true or false");
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

std::string place_of(const SpecReader& reader, const toml::key& key) {
  return fmt::format("{}:{}", reader.source, key.source().begin.line);
}

Result<const Factor*> factor_named(const SpecReader& reader, const toml::key& key,
                                   std::string_view table) {
  if (const Factor* factor = find_factor(key.str())) return factor;
  const std::vector<std::string> names = factor_names();
  const auto suggestion = base::nearest(key.str(), names);
  return base::bad_input(fmt::format("unknown factor `{}` in {}", key.str(), table),
                         suggestion ? fmt::format("did you mean `{}`?", *suggestion)
                                    : fmt::format("known factors: {}", joined(names)),
                         place_of(reader, key));
}

/// A template has to be known before any cell asks with it.
Status check_prompt(const std::string& name, const StudySpec& spec) {
  std::vector<std::string> known{std::string(kPlainPrompt)};
  for (const PromptTemplate& prompt : spec.prompts) known.push_back(prompt.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return Done{};
  const auto suggestion = base::nearest(name, known);
  return base::bad_input(
      fmt::format("expected a prompt template, found \"{}\"; known: {}", name, joined(known)),
      suggestion ? fmt::format("did you mean \"{}\"?", *suggestion)
                 : fmt::format("add a table [prompts.{}] with `system` or `user`", name));
}

Result<Json> level_of(const SpecReader& reader, const Factor& factor, const toml::node& node,
                      std::string_view table, const StudySpec& spec) {
  const std::string key = fmt::format("{} {}", table, factor.name);
  ASSAY_TRY(Json value, scalar_of(reader, node, key));
  Status status = check_level(factor, value);
  if (status.has_value() && factor.name == "prompt") {
    status = check_prompt(value.get<std::string>(), spec);
  }
  if (!status.has_value()) {
    return std::move(status).error().in(base::toml_place(reader.source, node, key));
  }
  return value;
}

Result<std::vector<Setting>> read_settings(const SpecReader& reader, const toml::table& table,
                                           std::string_view where, const StudySpec& spec) {
  std::vector<Setting> settings;
  for (const auto& [key, node] : in_file_order(table)) {
    ASSAY_TRY(const Factor* factor, factor_named(reader, *key, where));
    ASSAY_TRY(Json level, level_of(reader, *factor, *node, where, spec));
    settings.push_back({factor, std::move(level)});
  }
  return settings;
}

Status read_factors(const SpecReader& reader, const toml::table& table, StudySpec& spec) {
  for (const auto& [key, node] : in_file_order(table)) {
    ASSAY_TRY(const Factor* factor, factor_named(reader, *key, "[factors]"));
    const std::string name = fmt::format("[factors] {}", key->str());
    const auto* levels = node->as_array();
    if (levels == nullptr || levels->empty()) {
      return base::toml_mismatch(reader.source, *node, name, "a list of levels");
    }
    FactorLevels row{factor, {}};
    for (const toml::node& item : *levels) {
      ASSAY_TRY(Json level, level_of(reader, *factor, item, "[factors]", spec));
      if (std::find(row.levels.begin(), row.levels.end(), level) != row.levels.end()) {
        return base::bad_input(fmt::format("level {} stands there twice", level_text(level)), "",
                               base::toml_place(reader.source, item, name));
      }
      row.levels.push_back(std::move(level));
    }
    spec.factors.push_back(std::move(row));
  }
  return Done{};
}

Status check_cell_name(const std::string& name, const StudySpec& spec, const std::string& place) {
  const bool is_plain = std::none_of(name.begin(), name.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == '/' || letter == '=' ||
           letter == ':';
  });
  if (!is_plain || name == "baseline") {
    return base::bad_input(
        fmt::format("expected a name without `/`, `=` and `:` other than \"baseline\", found {}",
                    base::dump_json(Json(name))),
        "", place);
  }
  const bool is_new = std::none_of(spec.cells.begin(), spec.cells.end(),
                                   [&](const NamedCell& cell) { return cell.name == name; });
  if (is_new) return Done{};
  return base::bad_input(fmt::format("two cells are called `{}`", name),
                         "give each [[cell]] its own name", place);
}

Result<NamedCell> read_cell(const SpecReader& reader, const toml::node& node,
                            const StudySpec& spec) {
  const auto* table = node.as_table();
  if (table == nullptr) return base::toml_mismatch(reader.source, node, "[[cell]]", "a table");
  static const std::vector<std::string> kKnown{"name", "set"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(*table, kKnown, reader.source, "[[cell]]"));
  NamedCell cell;
  cell.place = base::toml_place(reader.source, node, "[[cell]]");
  for (const std::string& required : kKnown) {
    if (table->get(required) != nullptr) continue;
    return base::bad_input(fmt::format("[[cell]] lacks `{}`", required),
                           R"(for example name = "creative" and set = { temperature = 0.9 })",
                           cell.place);
  }
  ASSAY_TRY(cell.name, base::toml_text(reader.source, *table->get("name"), "[[cell]] name"));
  ASSAY_TRY_DONE(check_cell_name(cell.name, spec, cell.place));
  const toml::node& set = *table->get("set");
  const auto* settings = set.as_table();
  if (settings == nullptr || settings->empty()) {
    return base::toml_mismatch(reader.source, set, "[[cell]] set",
                               "a table with one setting such as { temperature = 0.9 }");
  }
  ASSAY_TRY(cell.set, read_settings(reader, *settings, "[[cell]] set", spec));
  return cell;
}

Status read_cells(const SpecReader& reader, const toml::table& document, StudySpec& spec) {
  const toml::node* node = document.get("cell");
  if (node == nullptr) return Done{};
  const auto* array = node->as_array();
  if (array == nullptr) {
    return base::toml_mismatch(reader.source, *node, "cell", "one or more [[cell]] tables");
  }
  for (const toml::node& item : *array) {
    ASSAY_TRY(NamedCell cell, read_cell(reader, item, spec));
    spec.cells.push_back(std::move(cell));
  }
  return Done{};
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

Result<PromptTemplate> read_prompt(const SpecReader& reader, const toml::key& key,
                                   const toml::node& node) {
  const std::string where = fmt::format("[prompts.{}]", key.str());
  const auto* table = node.as_table();
  if (table == nullptr) {
    return base::toml_mismatch(reader.source, node, where, "a table with `system` or `user`");
  }
  static const std::vector<std::string> kKnown{"system", "user"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(*table, kKnown, reader.source, where));
  PromptTemplate prompt;
  prompt.name = std::string(key.str());
  if (prompt.name.empty() || prompt.name == kPlainPrompt) {
    return base::bad_input(fmt::format("expected another name than \"{}\"", prompt.name),
                           "`plain` is built in: the case as it is", place_of(reader, key));
  }
  if (table->empty()) {
    return base::bad_input(fmt::format("{} lacks both `system` and `user`", where),
                           "`plain` is built in: the case as it is", place_of(reader, key));
  }
  if (const toml::node* system = table->get("system")) {
    ASSAY_TRY(prompt.system, base::toml_text(reader.source, *system, where + " system"));
  }
  if (const toml::node* user = table->get("user")) {
    ASSAY_TRY(prompt.user, base::toml_text(reader.source, *user, where + " user"));
    const std::size_t marks = count_of(prompt.user, kPromptMark);
    if (marks != 1) {
      return base::bad_input(
          fmt::format("expected {} exactly once, found it {} times", kPromptMark, marks),
          "it stands for the case's question",
          base::toml_place(reader.source, *user, where + " user"));
    }
  }
  return prompt;
}

Status read_prompts(const SpecReader& reader, const toml::table& table, StudySpec& spec) {
  for (const auto& [key, node] : in_file_order(table)) {
    ASSAY_TRY(PromptTemplate prompt, read_prompt(reader, *key, *node));
    spec.prompts.push_back(std::move(prompt));
  }
  return Done{};
}

}  // namespace

Status read_matrix(const SpecReader& reader, const toml::table& document, StudySpec& spec) {
  ASSAY_TRY(const toml::table* prompts, table_of(reader, document, "prompts"));
  if (prompts != nullptr) ASSAY_TRY_DONE(read_prompts(reader, *prompts, spec));
  ASSAY_TRY(const toml::table* baseline, table_of(reader, document, "baseline"));
  if (baseline != nullptr) {
    ASSAY_TRY(spec.baseline, read_settings(reader, *baseline, "[baseline]", spec));
  }
  ASSAY_TRY(const toml::table* factors, table_of(reader, document, "factors"));
  if (factors != nullptr) ASSAY_TRY_DONE(read_factors(reader, *factors, spec));
  return read_cells(reader, document, spec);
}

}  // namespace assay::study

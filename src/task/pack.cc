// load_pack: the TOML that names a pack and its files, and the hash over its cases.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/toml.h"
#include "task/case.h"
#include "task/case_reader.h"
#include "task/scorer.h"

namespace assay::task {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytesMax = std::uint64_t{64} << 20U;
constexpr std::string_view kFormatHint = "see docs/reference/task-files.md for the format";

const std::array<std::string, 2> kTables{"pack", "defaults"};
const std::array<std::string, 4> kPackKeys{"name", "description", "license", "cases"};
const std::array<std::string, 4> kDefaultKeys{"scorer", "tier", "tags", "system"};

/// A parsed TOML file with the name it has in errors.
struct Document {
  toml::table root;
  std::string source;
};

base::Result<std::string> text_of(const Document& document, const toml::node& node,
                                  std::string_view key) {
  const auto* text = node.as_string();
  if (text == nullptr || text->get().empty()) {
    return base::toml_mismatch(document.source, node, key, "a string that is not empty");
  }
  return text->get();
}

/// The string under `key`, or `fallback` when there is none.
base::Result<std::string> optional_text(const Document& document, const toml::table& table,
                                        const std::string& key, std::string fallback) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return fallback;
  return text_of(document, *node, key);
}

base::Result<std::vector<std::string>> texts_of(const Document& document, const toml::node& node,
                                                std::string_view key) {
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    return base::toml_mismatch(document.source, node, key, "a list of strings");
  }
  std::vector<std::string> texts;
  for (const toml::node& item : *list) {
    ASSAY_TRY(std::string text, text_of(document, item, key));
    texts.push_back(std::move(text));
  }
  return texts;
}

/// The table under `name`, or nullptr when there is none.
base::Result<const toml::table*> table_of(const Document& document, const std::string& name,
                                          std::span<const std::string> known) {
  const toml::node* node = document.root.get(name);
  if (node == nullptr) return static_cast<const toml::table*>(nullptr);
  const toml::table* table = node->as_table();
  if (table == nullptr) return base::toml_mismatch(document.source, *node, name, "a table");
  ASSAY_TRY_DONE(
      base::reject_unknown_keys(*table, known, document.source, fmt::format("[{}]", name)));
  return table;
}

base::Result<base::Json> scalar_json(const Document& document, const toml::node& node,
                                     std::string_view key) {
  if (const auto* text = node.as_string()) return base::Json(text->get());
  if (const auto* integer = node.as_integer()) return base::Json(integer->get());
  if (const auto* number = node.as_floating_point()) return base::Json(number->get());
  if (const auto* flag = node.as_boolean()) return base::Json(flag->get());
  return base::toml_mismatch(document.source, node, key, "a string, a number, true or false");
}

base::Result<base::Json> default_scorer(const Document& document, const toml::node& node) {
  base::Json scorer = base::Json::object();
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      ASSAY_TRY(scorer[std::string(key.str())],
                scalar_json(document, value, fmt::format("scorer.{}", key.str())));
    }
  } else {
    ASSAY_TRY(scorer["type"], text_of(document, node, "scorer"));
  }
  const auto row = find_scorer(base::string_member(scorer, "type").value_or(""));
  if (!row.has_value()) {
    return base::bad_input(row.error().message, row.error().hint,
                           base::toml_place(document.source, node, "scorer"));
  }
  return scorer;
}

base::Result<CaseDefaults> read_defaults(const Document& document) {
  CaseDefaults defaults;
  ASSAY_TRY(const toml::table* table, table_of(document, "defaults", kDefaultKeys));
  if (table == nullptr) return defaults;
  if (const toml::node* scorer = table->get("scorer")) {
    ASSAY_TRY(defaults.scorer, default_scorer(document, *scorer));
  }
  if (const toml::node* tier = table->get("tier")) {
    defaults.tier = tier->value_exact<std::int64_t>().value_or(0);
    if (defaults.tier < 1 || defaults.tier > kTierMax) {
      return base::toml_mismatch(document.source, *tier, "tier", "1 (easy), 2 or 3 (hard)");
    }
  }
  if (const toml::node* tags = table->get("tags")) {
    ASSAY_TRY(defaults.tags, texts_of(document, *tags, "tags"));
  }
  ASSAY_TRY(defaults.system, optional_text(document, *table, "system", ""));
  return defaults;
}

/// The files under `cases`, which has to be there.
base::Result<std::vector<std::string>> case_files(const Document& document,
                                                  const toml::table& pack) {
  const toml::node* node = pack.get("cases");
  if (node == nullptr) {
    return base::bad_input("expected the list of JSONL files, found nothing",
                           R"(add a line such as cases = ["lookup.jsonl"])",
                           base::toml_place(document.source, pack, "[pack] cases"));
  }
  ASSAY_TRY(std::vector<std::string> files, texts_of(document, *node, "cases"));
  if (files.empty()) {
    return base::toml_mismatch(document.source, *node, "cases", "at least one JSONL file");
  }
  return files;
}

/// SHA-256 over one line of canonical JSON, members sorted, for each case, sorted by id.
std::string hash_of(const std::vector<Case>& cases) {
  std::vector<const Case*> sorted;
  sorted.reserve(cases.size());
  for (const Case& task_case : cases) sorted.push_back(&task_case);
  std::sort(sorted.begin(), sorted.end(),
            [](const Case* left, const Case* right) { return left->id < right->id; });
  std::string lines;
  for (const Case* task_case : sorted) {
    // nlohmann::json, unlike base::Json, sorts the members of every object.
    nlohmann::json line{{"id", task_case->id},
                        {"messages", nlohmann::json(task_case->messages)},
                        {"tier", task_case->tier},
                        {"tools", nlohmann::json(task_case->tools)},
                        {"tags", task_case->tags},
                        {"expect", nlohmann::json(task_case->expect)},
                        {"scorer", nlohmann::json(task_case->scorer)}};
    if (!task_case->follow_ups.empty()) line["follow_ups"] = task_case->follow_ups;
    lines += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  return base::sha256_hex(lines);
}

base::Result<std::vector<Case>> read_case_file(const fs::path& path, const CaseDefaults& defaults) {
  ASSAY_TRY(const std::string text, base::read_file(path, kFileBytesMax));
  return read_cases(text, path.string(), defaults);
}

base::Result<Pack> finish(Pack pack) {
  ASSAY_TRY_DONE(reject_duplicate_ids(pack.cases));
  pack.hash = hash_of(pack.cases);
  return pack;
}

base::Result<Pack> load_jsonl(const fs::path& path) {
  Pack pack;
  pack.name = path.stem().string();
  ASSAY_TRY(pack.cases, read_case_file(path, CaseDefaults{}));
  return finish(std::move(pack));
}

base::Result<Document> read_document(const fs::path& path) {
  Document document;
  document.source = path.string();
  ASSAY_TRY(const std::string text, base::read_file(path, kFileBytesMax));
  auto root = base::parse_toml(text, document.source);
  if (!root.has_value()) {
    base::Error failure = std::move(root).error();
    failure.hint = kFormatHint;
    return failure;
  }
  document.root = *std::move(root);
  ASSAY_TRY_DONE(base::reject_unknown_keys(document.root, kTables, document.source, "a task pack"));
  return document;
}

base::Result<Pack> load_toml(const fs::path& path) {
  ASSAY_TRY(const Document document, read_document(path));
  ASSAY_TRY(const toml::table* table, table_of(document, "pack", kPackKeys));
  if (table == nullptr) {
    return base::bad_input("expected a table [pack], found none", std::string(kFormatHint),
                           document.source);
  }
  Pack pack;
  const std::string folder_name = fs::absolute(path).parent_path().filename().string();
  ASSAY_TRY(pack.name, optional_text(document, *table, "name", folder_name));
  ASSAY_TRY(pack.description, optional_text(document, *table, "description", ""));
  ASSAY_TRY(pack.license, optional_text(document, *table, "license", ""));
  ASSAY_TRY(const CaseDefaults defaults, read_defaults(document));
  ASSAY_TRY(const std::vector<std::string> files, case_files(document, *table));
  for (const std::string& file : files) {
    auto cases = read_case_file(path.parent_path() / file, defaults);
    if (!cases.has_value()) return std::move(cases).error();
    std::move(cases->begin(), cases->end(), std::back_inserter(pack.cases));
  }
  return finish(std::move(pack));
}

}  // namespace

base::Result<Pack> load_pack(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return load_toml(path / "pack.toml");
  if (path.extension() == ".toml") return load_toml(path);
  if (path.extension() == ".jsonl") return load_jsonl(path);
  return base::bad_input(
      "expected a .toml task pack, a .jsonl file of cases, or a folder with a "
      "pack.toml",
      std::string(kFormatHint), path.string());
}

}  // namespace assay::task

#include "gguf/model_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/check.h"
#include "base/toml_row.h"

namespace assay::gguf {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kRowsMost = 2'000;
constexpr double kBillionsMost = 1e6;
constexpr std::string_view kRow = "[[model]]";

struct StrengthName {
  Strength strength;
  std::string_view name;
};

constexpr std::array kStrengths{
    StrengthName{Strength::Base, "base"},           StrengthName{Strength::Instruct, "instruct"},
    StrengthName{Strength::Reasoning, "reasoning"}, StrengthName{Strength::Coder, "coder"},
    StrengthName{Strength::Vision, "vision"},
};

struct RowReader : base::TomlRow {
  Result<double> billions(const char* key) const {
    ASSAY_TRY(const toml::node* node, required(key));
    const auto value = node->value<double>();
    if (!node->is_number() || !value || !(*value > 0 && *value <= kBillionsMost)) {
      return base::toml_mismatch(source, *node, key, "billions of parameters above 0");
    }
    return *value;
  }

  Result<std::uint64_t> count(const char* key) const {
    ASSAY_TRY(const toml::node* node, required(key));
    const auto* value = node->as_integer();
    if (value == nullptr || value->get() <= 0) {
      return base::toml_mismatch(source, *node, key, "a whole number above 0");
    }
    return static_cast<std::uint64_t>(value->get());
  }

  /// False when the key is missing.
  Result<bool> flag(const char* key) const {
    const toml::node* node = row.get(key);
    if (node == nullptr) return false;
    const auto* value = node->as_boolean();
    if (value == nullptr) return base::toml_mismatch(source, *node, key, "true or false");
    return value->get();
  }

  Result<std::vector<Strength>> kinds(const char* key) const {
    ASSAY_TRY(const toml::node* node, required(key));
    std::vector<Strength> strengths;
    const auto* entries = node->as_array();
    if (entries == nullptr) return base::toml_mismatch(source, *node, key, "an array of kinds");
    for (const toml::node& entry : *entries) {
      const auto* name = entry.as_string();
      const auto known = std::find_if(
          kStrengths.begin(), kStrengths.end(),
          [&](const StrengthName& other) { return name != nullptr && other.name == name->get(); });
      if (known == kStrengths.end()) {
        return base::toml_mismatch(source, entry, key,
                                   "base, instruct, reasoning, coder or vision");
      }
      strengths.push_back(known->strength);
    }
    return strengths;
  }
};

/// A scalar of the metadata; none for tables, dates and negative numbers.
std::optional<Value> scalar_of(const toml::node& node) {
  if (const auto* integer = node.as_integer()) {
    if (integer->get() < 0) return std::nullopt;
    return Value{static_cast<std::uint64_t>(integer->get())};
  }
  if (const auto* number = node.as_floating_point()) return Value{number->get()};
  if (const auto* flag = node.as_boolean()) return Value{flag->get()};
  if (const auto* text = node.as_string()) return Value{text->get()};
  return std::nullopt;
}

Result<Value> read_value(std::string_view source, std::string_view key, const toml::node& node) {
  const auto* entries = node.as_array();
  if (entries == nullptr) {
    if (auto value = scalar_of(node)) return std::move(*value);
    return base::toml_mismatch(source, node, key, "a number, a text, true, false or an array");
  }
  Array array;
  for (const toml::node& entry : *entries) {
    auto value = scalar_of(entry);
    if (!value) return base::toml_mismatch(source, entry, key, "one value per layer");
    array.head.push_back(std::move(*value));
  }
  array.length = array.head.size();
  return Value{std::move(array)};
}

Result<ModelShape> read_shape(const RowReader& reader) {
  ModelShape shape;
  ASSAY_TRY(shape.name, reader.text("title"));
  ASSAY_TRY(shape.architecture, reader.text("architecture"));
  ASSAY_TRY(shape.vocabulary, reader.count("vocabulary"));
  ASSAY_TRY(shape.tied_embedding, reader.flag("tied_embedding"));
  ASSAY_TRY(shape.rope_factors, reader.flag("rope_factors"));
  ASSAY_TRY(const toml::node* node, reader.required("shape"));
  const auto* metadata = node->as_table();
  if (metadata == nullptr) {
    return base::toml_mismatch(reader.source, *node, "shape", "a table [model.shape]");
  }
  for (const auto& [key, value] : *metadata) {
    ASSAY_TRY(shape.metadata[std::string(key.str())], read_value(reader.source, key.str(), value));
  }
  return shape;
}

/// Parsed once: the text is a part of the program.
const std::vector<KnownModel>& shipped() {
  static const std::vector<KnownModel> models = [] {
    auto parsed = parse_model_table(shipped_models(), "the shipped table");
    ASSAY_CHECK(parsed.has_value(), "the shipped table is well formed");
    return std::move(*parsed);
  }();
  return models;
}

bool same_letters(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

Result<KnownModel> read_row(std::string_view source, const toml::table& row) {
  static const std::vector<std::string> kKnown{"name",
                                               "title",
                                               "family",
                                               "ollama",
                                               "architecture",
                                               "kinds",
                                               "parameters_billion",
                                               "active_billion",
                                               "license",
                                               "vocabulary",
                                               "tied_embedding",
                                               "rope_factors",
                                               "date",
                                               "source",
                                               "shape"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(row, kKnown, source, kRow));
  const RowReader reader{{source, kRow, row}};
  KnownModel model;
  ASSAY_TRY(model.name, reader.text("name"));
  ASSAY_TRY(model.family, reader.text("family"));
  if (row.contains("ollama")) {
    ASSAY_TRY(model.ollama, reader.text("ollama"));
  }
  ASSAY_TRY(model.kinds, reader.kinds("kinds"));
  ASSAY_TRY(model.parameters_billion, reader.billions("parameters_billion"));
  if (row.contains("active_billion")) {
    ASSAY_TRY(model.active_billion, reader.billions("active_billion"));
  }
  ASSAY_TRY(model.license, reader.text("license"));
  ASSAY_TRY(model.date, reader.date("date"));
  ASSAY_TRY(model.source, reader.text("source"));
  ASSAY_TRY(model.shape, read_shape(reader));
  return model;
}

Status append(std::string_view source, const toml::node& node, std::vector<KnownModel>& models) {
  const auto* row = node.as_table();
  if (row == nullptr) return base::toml_mismatch(source, node, "model", "a [[model]] table");
  ASSAY_TRY(KnownModel model, read_row(source, *row));
  const std::string place = base::toml_place(source, node, kRow);
  const bool twice = std::any_of(models.begin(), models.end(),
                                 [&](const KnownModel& other) { return other.name == model.name; });
  if (twice) {
    return base::bad_input(fmt::format("two rows are named `{}`", model.name), "keep one of them",
                           place);
  }
  models.push_back(std::move(model));
  return base::Done{};
}

}  // namespace

std::string_view name_of(Strength strength) {
  for (const StrengthName& row : kStrengths) {
    if (row.strength == strength) return row.name;
  }
  return "";
}

Result<std::vector<KnownModel>> parse_model_table(std::string_view text, std::string_view source) {
  ASSAY_TRY(const toml::table document, base::parse_toml(text, source));
  static const std::vector<std::string> kKnown{"model"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(document, kKnown, source, "the table of models"));
  const auto* rows = document.get_as<toml::array>("model");
  if (rows == nullptr || rows->empty() || rows->size() > kRowsMost) {
    return base::bad_input(fmt::format("expected 1 to {} [[model]] tables, found {}", kRowsMost,
                                       rows == nullptr ? 0 : rows->size()),
                           "", std::string(source));
  }
  std::vector<KnownModel> models;
  for (const toml::node& node : *rows) ASSAY_TRY_DONE(append(source, node, models));
  return models;
}

std::optional<ModelShape> known_shape(std::string_view name) {
  for (const KnownModel& model : shipped()) {
    if (same_letters(model.name, name)) return model.shape;
  }
  return std::nullopt;
}

std::vector<std::string> known_shape_names() {
  std::vector<std::string> names;
  for (const KnownModel& model : shipped()) names.push_back(model.name);
  return names;
}

}  // namespace assay::gguf

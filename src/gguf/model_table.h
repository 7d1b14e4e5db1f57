// Common open models by shape, as a dated table that ships with the program and that its user may
// replace: what could run here with nothing downloaded, and what can be rehearsed hollow. Read by
// `assay shortlist` and `assay gguf hollow`; docs/reference/catalog.md describes the file. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gguf/shape.h"

namespace assay::gguf {

/// What a model was made for, as its makers say.
enum class Strength { Base, Instruct, Reasoning, Coder, Vision };

/// "base", "instruct", "reasoning", "coder", "vision".
std::string_view name_of(Strength strength);

struct KnownModel {
  std::string name;    ///< "qwen3-8b".
  std::string family;  ///< "Qwen".
  std::string ollama;  ///< What `ollama pull` takes; empty where it is not known.
  std::vector<Strength> kinds;
  double parameters_billion = 0;         ///< As published.
  std::optional<double> active_billion;  ///< As published, of mixtures; makers round it freely.
  std::string license;
  ModelShape shape;                  ///< Its name is the model's title.
  std::chrono::year_month_day date;  ///< When the row was last held against its source.
  std::string source;
};

/// `source` names the text in errors. BadInput, with line and key, for what is not such a table:
/// unknown keys, missing ones, two rows of one name. Whether a shape makes a model is asked later,
/// by header_of().
base::Result<std::vector<KnownModel>> parse_model_table(std::string_view text,
                                                        std::string_view source);

/// The text of data/models.toml at build time.
std::string_view shipped_models();

/// The shape of a shipped model by its name in any case, "qwen3-8b"; none when unknown.
std::optional<ModelShape> known_shape(std::string_view name);

/// The names of all shipped models, in the order of the table.
std::vector<std::string> known_shape_names();

}  // namespace assay::gguf

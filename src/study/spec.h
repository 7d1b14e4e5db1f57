// study.toml, read and checked. docs/reference/study-file.md documents the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "load/burst.h"
#include "study/factor.h"

namespace assay::study {

/// A model under test: a GGUF file that runs as a guest, or somebody's endpoint.
struct ModelSpec {
  std::string name;
  std::filesystem::path gguf;   ///< Empty for an endpoint.
  std::string gguf_as_written;  ///< The path in the study file: part of the study's identity.
  std::string description;      ///< Of the file, once planned: architecture, size, type.
  std::string quantization;     ///< Of the file, once planned: "Q4_K_M".
  std::string url;              ///< Empty for a guest.
  std::string model;            ///< The request's `model` field for an endpoint.
  std::string key_env;  ///< The variable that holds the key; the key itself is never read here.
  std::uint64_t memory_limit_bytes = 0;  ///< Hard limit of a guest; 0: from its predicted need.
  std::optional<double> price_input;     ///< USD per million prompt tokens.
  std::optional<double> price_output;    ///< USD per million completion tokens.

  bool is_guest() const { return !gguf.empty(); }
};

/// What the envelope must fit into; a missing one does not bound.
struct Budget {
  std::optional<std::int64_t> runs{};
  std::optional<std::int64_t> tokens{};
  std::optional<double> wall_s{};
  std::optional<double> cost_usd{};
  bool any() const { return runs || tokens || wall_s || cost_usd; }
};

/// A factor's value: its name and a checked JSON value.
struct Setting {
  const Factor* factor = nullptr;
  base::Json value;
};

struct FactorLevels {
  const Factor* factor = nullptr;
  std::vector<base::Json> levels;  ///< Distinct, at least one.
};

/// The built-in template: the case as it is.
inline constexpr std::string_view kPlainPrompt = "plain";
/// Stands in a template's `user` for the question.
inline constexpr std::string_view kPromptMark = "{{prompt}}";

/// How a case is put to a model: a table [prompts.<name>].
struct PromptTemplate {
  std::string name{kPlainPrompt};
  std::string system;  ///< For cases without a system message of their own; empty: none.
  std::string user;    ///< Holds kPromptMark exactly once; empty: the question as it is.

  friend bool operator==(const PromptTemplate&, const PromptTemplate&) = default;
};

/// A cell that the file names itself: a table [[cell]].
struct NamedCell {
  std::string name;          ///< No `/`, `=` or `:`; not "baseline".
  std::vector<Setting> set;  ///< At least one, in the file's order; each factor once.
  std::string place;         ///< "study.toml:12", for messages.
};

/// What a decision asks of a cell before it ranks it; a missing bound does not bind.
struct DecisionRule {
  /// Of the accuracy interval's low end; in a study of load, of the share of requests within the
  /// objectives (`share_least` in its file).
  std::optional<double> accuracy_least;
  std::optional<double> ttft_ms_most;  ///< Of the 95th percentile.
  std::optional<double> memory_bytes_most;
  std::optional<double> cost_usd_per_1000_most;
  std::string rank = "speed";  ///< One of kRanks: what is compared among those within the margin.
};
/// "speed memory accuracy cost".
inline constexpr std::string_view kRanks = "speed memory accuracy cost";
/// The same in a study of load, where "share" is that of requests within the objectives.
inline constexpr std::string_view kRanksOfLoad = "speed memory share cost";

struct StudySpec {
  std::string name;
  std::vector<std::filesystem::path> tasks;  ///< Resolved against the study file's folder.
  /// What is measured in place of tasks: bursts of load, each a canary.
  std::optional<load::BurstSeries> load;
  std::int64_t repeats = 3;
  std::uint64_t seed = 1;
  std::int64_t canaries = 0;  ///< 0: every case.
  double margin = 0.05;       ///< Differences within ± this many points / 100 are equivalent.
  std::optional<double> timeout_s;  ///< Of one trial; none: from the smoke run's speed.
  double alpha = 0.05;              ///< Of any wrong `better` or `worse` of a model's cells.
  std::string spending = "obrien_fleming";  ///< Or "pocock".
  double futility = 0.2;   ///< Chance of a verdict below which a cell is given up; 0: never.
  std::int64_t looks = 0;  ///< 0: by how many loads a look takes.
  DecisionRule decision;
  Budget budget;
  std::vector<ModelSpec> models;
  std::vector<Setting> baseline;
  std::vector<FactorLevels> factors;
  std::vector<NamedCell> cells;
  std::vector<PromptTemplate> prompts;  ///< Without the built-in one; names are unique.
  std::filesystem::path file;
  std::string source;  ///< The file's text.
};

/// Reads a study file. Every error names file, line and key, says what was expected, and suggests
/// the nearest name for an unknown one.
base::Result<StudySpec> load_spec(const std::filesystem::path& file);

/// The same from text; relative paths are resolved against `folder`.
base::Result<StudySpec> parse_spec(std::string_view text, std::string_view source_name,
                                   const std::filesystem::path& folder);

}  // namespace assay::study

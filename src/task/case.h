// What a model is asked and what is expected of it. docs/reference/task-files.md is the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace assay::task {

/// One case; a canary when a study uses it. Never empty: id, messages, scorer.
struct Case {
  std::string id;
  base::Json messages;  ///< OpenAI messages; a `prompt` in the file became a user message.
  std::vector<std::string> follow_ups;  ///< User messages, each asked after the reply before it.
  base::Json tools;                     ///< OpenAI tools, or null.
  base::Json expect;                    ///< Whatever the scorer wants; null for "no tool call".
  base::Json scorer;                    ///< {"type": …, options}.
  std::int64_t tier = 1;                ///< 1 easy … 3 hard.
  std::vector<std::string> tags;        ///< The first is the kind.
  std::string source;                   ///< "packs/desk/lookup.jsonl:12", for messages.

  /// The first tag, or "untagged".
  std::string kind() const;
};

struct Pack {
  std::string name;
  std::string description;
  std::string license;
  std::vector<Case> cases;  ///< In the order of the files and their lines; ids are unique.
  /// SHA-256 over the cases' canonical JSON, in the order of their ids: the same cases, the same
  /// hash, however they are spread over files. Names, descriptions and places do not count.
  std::string hash;
};

/// Reads a task-pack TOML, a folder with a pack.toml in it, or a JSONL file of cases (whose pack is
/// named after the file). Errors name file, line, key and what was expected; duplicate ids, an
/// unknown scorer, an unknown key (with the nearest one), an expectation of the wrong shape for its
/// scorer, a pattern that does not compile and an empty pack are BadInput.
base::Result<Pack> load_pack(const std::filesystem::path& path);

/// One JSONL text; `source` names it in errors. For load_pack, tests and fuzzing.
base::Result<std::vector<Case>> parse_cases(std::string_view jsonl, std::string_view source);

}  // namespace assay::task

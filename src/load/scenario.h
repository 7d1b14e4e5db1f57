// What a load test does, as its file says: which endpoints, which load over time, which requests,
// and what must be reached. docs/reference/load-scenario.md describes the file. Planning only:
// nothing here sends anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "load/arrivals.h"
#include "load/profile.h"
#include "load/threshold.h"

namespace assay::load {

/// One endpoint; several are loaded one after the other with the same requests.
struct Target {
  std::string name;     ///< Unique; the URL where none is given.
  std::string url;      ///< With the version: "http://127.0.0.1:8080/v1".
  std::string model;    ///< The `model` field; may be empty.
  std::string key_env;  ///< Name of the variable that holds the key; empty: none is sent.
};

/// A stage of a closed loop: as many requests in flight as there are users.
struct ClosedStage {
  double seconds = 0;
  std::int64_t concurrency = 1;
  bool is_warm_up = false;
};

enum class LoadKind {
  Open,    ///< Requests come when the schedule says, whatever the server does.
  Closed,  ///< A user sends the next one when the last was answered.
};

/// What the prompts are made of. Exactly one of `prompts`, `cases` and `input_tokens` is set.
struct Work {
  std::vector<std::string> prompts;       ///< Sent in turn.
  std::filesystem::path cases;            ///< JSON lines with `prompt` or `messages`.
  std::int64_t input_tokens = 0;          ///< Synthetic prompts of exactly that many tokens.
  std::int64_t shared_prefix_tokens = 0;  ///< Of those, alike in all prompts; synthetic only.
  std::int64_t output_tokens = 0;         ///< max_tokens; 0: not sent.
  bool ignores_end = false;               ///< ignore_eos: exactly `output_tokens` are made.
  bool streams = true;
  /// Copied into every request's body: temperature, tools, response_format …
  base::Json settings = base::Json::object();
};

struct Scenario {
  std::string name;
  std::string source;  ///< The file's text.
  std::vector<Target> targets;
  LoadKind kind = LoadKind::Open;
  ArrivalProcess arrivals = ArrivalProcess::Poisson;
  std::vector<Stage> stages;               ///< Of an open loop.
  std::vector<ClosedStage> closed_stages;  ///< Of a closed one.
  std::uint64_t seed = 1;
  double timeout_s = 60;  ///< Of one request.
  Work work;
  std::vector<Threshold> objectives;  ///< Of one request, for goodput: name a measure.
  std::vector<Threshold> thresholds;  ///< Of the run: name a figure.

  double seconds() const;
};

/// `folder` is what `cases` is relative to. BadInput names file, line and key.
base::Result<Scenario> parse_scenario(std::string_view text, std::string_view source_name,
                                      const std::filesystem::path& folder);
base::Result<Scenario> load_scenario(const std::filesystem::path& file);

}  // namespace assay::load

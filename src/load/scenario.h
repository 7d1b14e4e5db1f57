// What a load test does, as its file says: which endpoints, which load over time, which requests,
// and what must be reached. docs/reference/load-scenario.md describes the file. Planning only:
// nothing here sends anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "load/arrivals.h"
#include "load/breakpoint.h"
#include "load/profile.h"
#include "load/threshold.h"

namespace assay::load {

/// One endpoint; several are loaded one after the other with the same requests.
struct Target {
  std::string name;     ///< Unique; the URL where none is given.
  std::string url;      ///< With the version: "http://127.0.0.1:8080/v1".
  std::string model;    ///< The `model` field; may be empty.
  std::string key_env;  ///< Name of the variable that holds the key; empty: none is sent.
  /// Where the server's own figures are: "auto" for /metrics beside the version, "off", or a URL.
  std::string metrics = "auto";
};

/// A stage of a closed loop: as many requests in flight as there are users.
struct ClosedStage {
  double seconds = 0;
  std::int64_t concurrency = 1;
  bool is_warm_up = false;
  std::string name{};  ///< Empty: its number.
};

enum class LoadKind {
  Open,    ///< Requests come when the schedule says, whatever the server does.
  Closed,  ///< A user sends the next one when the last was answered.
};

/// From `low` to `high`, both included, each value as likely as any other.
struct TokenRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// What the prompts are made of. Exactly one of `prompts`, `cases` and `input_tokens` is set, none
/// where a trace says how long its prompts are.
struct Work {
  std::vector<std::string> prompts;       ///< Sent in turn.
  std::filesystem::path cases;            ///< JSON lines with `prompt`, `messages` or `turns`.
  TokenRange input_tokens;                ///< Synthetic prompts of exactly that many tokens.
  std::int64_t shared_prefix_tokens = 0;  ///< Of those, alike in all prompts; synthetic only.
  /// How many synthetic prompts differ; later requests use them anew. 0: every request its own, at
  /// most kDistinctMost.
  std::int64_t distinct = 0;
  TokenRange output_tokens;  ///< max_tokens; 0: not sent.
  bool ignores_end = false;  ///< ignore_eos: exactly `output_tokens` are made.
  bool streams = true;
  std::int64_t turns = 1;   ///< Of a conversation; each turn sends all that was said before.
  double think_low_s = 0;   ///< Between a reply and the user's next request: uniform between both.
  double think_high_s = 0;  ///< The same.
  /// A JSON object that goes into every request's body, for what is awkward in TOML.
  std::filesystem::path settings_file;
  /// Copied into every request's body after it: temperature, tools, response_format …
  base::Json settings = base::Json::object();
};
inline constexpr std::int64_t kDistinctMost = 10'000;

/// Arrivals and lengths as they were once recorded.
struct Replay {
  std::filesystem::path file;  ///< JSON lines; see trace.h.
  double speed = 1;            ///< 2: twice as fast.
  double seconds_most = 0;     ///< Of the trace at speed 1; 0: all of it.
};

/// What the client may take and how many of its parts there are.
struct ClientSettings {
  int threads = 1;
  std::int64_t connections = 10'000;  ///< At once, over all threads.
  double spin_us = 0;                 ///< Look at the clock instead of sleeping before a request.
  double lag_budget_ms = 0;           ///< 0: the larger of 1 ms and 5 % of the median TTFT.
  bool calibrates = true;             ///< Against the twin, before the run.
  bool keeps_events = true;           ///< Every event goes to the record file.
};

struct Scenario {
  std::string name;
  std::string source;  ///< The file's text.
  std::vector<Target> targets;
  LoadKind kind = LoadKind::Open;
  ArrivalProcess arrivals = ArrivalProcess::Poisson;
  std::vector<Stage> stages;               ///< Of an open loop; of none for the next two.
  std::vector<ClosedStage> closed_stages;  ///< Of a closed one.
  std::optional<Replay> replay;
  std::optional<BreakpointPlan> breakpoint;
  std::uint64_t seed = 1;
  double timeout_s = 60;  ///< Of one request.
  Work work;
  ClientSettings client;
  std::vector<Threshold> objectives;  ///< Of one request, for goodput: name a measure.
  std::vector<Threshold> thresholds;  ///< Of the run: name a figure.

  double seconds() const;
};

/// `folder` is what `cases` and the like are relative to. BadInput names file, line and key.
base::Result<Scenario> parse_scenario(std::string_view text, std::string_view source_name,
                                      const std::filesystem::path& folder);
/// The part of a scenario's text that shapes its requests and their times, in one form whatever the
/// order and comments of the file: equal for two runs that sent the same, to whomever they sent it.
/// The text itself when it is no TOML.
std::string text_of_load(std::string_view text);

base::Result<Scenario> load_scenario(const std::filesystem::path& file);

}  // namespace assay::load

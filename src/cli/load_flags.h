// A load test given by flags, written as the scenario file that it would be: there is one reader of
// scenarios, and a quick look can be kept and repeated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace assay::cli {

/// Sentinels: empty or 0 where a flag was not given.
struct LoadFlags {
  std::string url;
  std::string model;
  std::string key_env;
  double rate = 0;
  std::int64_t concurrency = 0;
  std::string lasts = "30s";
  std::string warm_up;
  std::string arrivals;
  std::string prompt;
  std::string cases;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool ignore_eos = false;
  bool no_stream = false;
  std::vector<std::string> objectives;
  std::vector<std::string> thresholds;
  std::int64_t seed = -1;
  double timeout_s = 0;
  std::int64_t threads = 0;
  std::int64_t connections = 0;
  bool no_calibration = false;
};

/// TOML as parse_scenario() takes it.
std::string scenario_text(const LoadFlags& flags);

}  // namespace assay::cli

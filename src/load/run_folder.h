// A finished run on disk: `run.json` for what is one value and a folder of raw records for each
// target, so that every report can be made again and two runs can be compared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "load/breakpoint.h"
#include "load/event_gaps.h"
#include "load/run_record.h"
#include "load/scenario.h"

namespace assay::load {

struct StoredTarget {
  Target target;
  TargetRun run;
  EventGaps gaps;
};

struct StoredRun {
  std::string id;
  std::string version;  ///< Of assay.
  std::int64_t started_unix_ms = 0;
  std::string scenario_source;  ///< As parse_scenario() takes it.
  std::vector<StoredTarget> targets;
  std::optional<BreakpointResult> breakpoint;
};

/// Where the records of target number `target`, from 0, belong: "target-1" and so on.
std::filesystem::path target_folder(const std::filesystem::path& run_folder, std::size_t target);

/// Writes `run.json`; the records must already be there (record_file.h).
base::Status write_run(const std::filesystem::path& folder, const StoredRun& run);

/// What `run.json` says, without the records. BadInput as below.
base::Result<StoredRun> read_run_file(const std::filesystem::path& folder);

/// With the records and gaps of every target. BadInput names the file and what is wrong with it.
base::Result<StoredRun> read_run(const std::filesystem::path& folder);

/// The run that `name` means: a folder with a run.json, or of those under `runs` the one with that
/// id, the only one whose id begins so, or "latest", "latest~1" … by start. BadInput lists what
/// there is.
base::Result<std::filesystem::path> find_run(const std::filesystem::path& runs,
                                             const std::string& name);

}  // namespace assay::load

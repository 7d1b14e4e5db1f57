// The `run.json` of a finished run (run_folder.h): everything but the raw records, as JSON. Pure;
// thread-safe.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "load/run_folder.h"

namespace assay::load {

/// Keys and their values (API keys) are in none of these structs, so that none is stored. Numbers
/// that JSON lacks are the strings "inf", "-inf" and "nan".
base::Json json_of(const StoredRun& run);

/// The inverse. Members that are not known are passed over. BadInput names the member that is
/// missing or odd ("targets[0].run.stages[2].from_ns"). The records are empty.
base::Result<StoredRun> run_of(const base::Json& json);

/// What is needed to list and order runs, from the beginning of the file only.
struct RunHead {
  std::string id;
  std::int64_t started_unix_ms = 0;
};
base::Result<RunHead> read_run_head(const std::filesystem::path& file);

}  // namespace assay::load

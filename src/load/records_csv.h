// Raw records as CSV, for spreadsheets and notebooks. Called by `report` and `cli`. Quoted as RFC
// 4180 says, with a line of names first; lines end in a line feed alone. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "load/run_record.h"

namespace assay::load {

/// In quotes, which are doubled inside, where the text has a comma, a quote or a line's end.
std::string csv_field(std::string_view text);

/// A row for each record, with its number in `numbers` (record_file.h), by which events name it;
/// without these numbered from 0 as they come. Names that end in `_at_ms` are moments
/// since the start of the run, exact to the nanosecond, and empty where they did not come; names
/// that end in `_ms` are the times of measures.h; tokens and the status are empty where nobody said
/// them. Stages go by their name. A System error when the stream does not take it.
base::Status write_requests_csv(std::ostream& out, std::span<const RequestRecord> records,
                                std::span<const StageRun> stages,
                                std::span<const std::uint32_t> numbers = {});

/// A row for each event of the records in `folder` (record_file.h), in their order there. `cut` as
/// for read_events().
base::Status write_events_csv(std::ostream& out, const std::filesystem::path& folder,
                              std::string* cut = nullptr);

}  // namespace assay::load

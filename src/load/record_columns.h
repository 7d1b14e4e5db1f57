// Which columns the records of a run have on disk, in which order and coding: the one table that
// the writer and the readers of record files share. Plain data.
#pragma once

#include <array>
#include <string_view>

#include "load/column_block.h"

namespace assay::load {

struct ColumnRow {
  std::string_view name;
  ColumnCoding coding;
};

inline constexpr std::string_view kRequestsFile = "requests.columns";
inline constexpr std::string_view kEventsFile = "events.columns";

inline constexpr std::array kRequestColumns{
    ColumnRow{"number", ColumnCoding::Delta},
    ColumnRow{"due_ns", ColumnCoding::Delta},
    ColumnRow{"sent_ns", ColumnCoding::Delta},
    ColumnRow{"first_byte_ns", ColumnCoding::Delta},
    ColumnRow{"first_content_ns", ColumnCoding::Delta},
    ColumnRow{"first_answer_ns", ColumnCoding::Delta},
    ColumnRow{"last_content_ns", ColumnCoding::Delta},
    ColumnRow{"ended_ns", ColumnCoding::Delta},
    ColumnRow{"prompt_tokens", ColumnCoding::Plain},
    ColumnRow{"output_tokens", ColumnCoding::Plain},
    ColumnRow{"content_events", ColumnCoding::Plain},
    ColumnRow{"http_status", ColumnCoding::Plain},
    ColumnRow{"stage", ColumnCoding::Plain},
    ColumnRow{"work", ColumnCoding::Plain},
    ColumnRow{"failure", ColumnCoding::Plain},
};

/// `read_after_ns` is read_ns − arrived_ns: the client's own delay, small and often 0.
inline constexpr std::array kEventColumns{
    ColumnRow{"arrived_ns", ColumnCoding::Delta},
    ColumnRow{"read_after_ns", ColumnCoding::Plain},
    ColumnRow{"request", ColumnCoding::Delta},
    ColumnRow{"output_bytes", ColumnCoding::Plain},
};

}  // namespace assay::load

// A header as JSON: what `assay gguf show --json` prints.
#pragma once

#include "base/json.h"
#include "gguf/header.h"

namespace assay::gguf {

/// Numbers, truth values and texts as themselves, a number that JSON has not (infinite, not a
/// number) as null. An array as a list of its elements where they were all kept, else as
/// {"length", "head"} with the first 1,024.
base::Json value_json(const Value& value);

/// {"arch", "metadata": {key: value}, "tensors": [{"name", "type", "dimensions", "elements",
/// "bytes", "offset"}], "file_bytes", "version", "data_offset", "parameters"}. `arch` is null where
/// the file does not say it; a type without a name is its number.
base::Json header_json(const Header& header);

}  // namespace assay::gguf

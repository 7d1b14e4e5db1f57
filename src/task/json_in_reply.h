// Finding the JSON a model was asked for in what it said around it.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace assay::task {

/// Where several values could be meant, the first of these that parses:
///  1. the whole text;
///  2. what stands in a ``` fence, the first fence first;
///  3. an object in the text when `like` is an object, a list when `like` is one: the first
///     balanced one.
/// None when there is no such value. At most 64 candidates are tried, so the work is linear.
std::optional<base::Json> json_in_reply(std::string_view text, const base::Json& like);

}  // namespace assay::task

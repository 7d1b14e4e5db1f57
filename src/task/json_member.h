// Reading what people wrote in JSON, with errors that say what was expected and what was found. The
// errors' context is the key; whoever knows the file and line puts them in front.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace assay::task {

/// `the string "abc"`, `the number 3`, `a list of 2 values`, `an object`, `true`, `null`. One line,
/// at most about 70 columns.
std::string describe(const base::Json& value);

/// BadInput: "expected <expected>, found <description of found>".
base::Error wrong_value(std::string_view key, std::string_view expected, const base::Json& found);

/// The member, which must be a string that is not empty. `owner` is the key of the object itself,
/// for errors: "messages[2]" makes them speak of messages[2].role.
base::Result<std::string> required_text(const base::Json& object, std::string_view key,
                                        std::string_view owner = "");

/// BadInput for the first member that is not in `known`; `prefix` ("scorer.") goes in front of its
/// key, `owner` ("a case") says what has no such key.
base::Status reject_unknown_members(const base::Json& object, std::span<const std::string> known,
                                    std::string_view prefix, std::string_view owner);

/// "did you mean `x`? " when one of the known words is near, and the list of them all.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace assay::task

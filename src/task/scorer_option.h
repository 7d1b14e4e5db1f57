// A scorer's options and expectation, read from the case with errors that name the key.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "task/case.h"

namespace assay::task {

base::Result<bool> flag_option(const Case& task_case, std::string_view key, bool fallback);

/// A finite number of at least 0.
base::Result<double> size_option(const Case& task_case, std::string_view key, double fallback);

/// One of `choices`, whose first is what holds when the option is not written.
base::Result<std::string> choice_option(const Case& task_case, std::string_view key,
                                        std::span<const std::string> choices);

/// The expectation of the text scorers: a string, or a list of at least one string.
base::Result<std::vector<std::string>> expected_texts(const Case& task_case);

}  // namespace assay::task

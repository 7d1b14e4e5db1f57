// Putting text that anybody may have written, a model above all, into one line for people.
#pragma once

#include <string>
#include <string_view>

namespace assay::task {

/// One line of at most `columns` columns: runs of white space become one space; control and other
/// invisible characters, which could reorder or recolour a terminal, are dropped; invalid UTF-8
/// becomes U+FFFD.
std::string one_line(std::string_view text, std::size_t columns);

/// The same in double quotes, at most 60 columns between them.
std::string in_quotes(std::string_view text);

}  // namespace assay::task

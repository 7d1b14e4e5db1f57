// Text that others wrote (model replies, server messages, names) made safe to show. Bytes that are
// not UTF-8, control characters and direction overrides never get through.
#pragma once

#include <string>
#include <string_view>

namespace assay::report {

/// One line: line breaks and tabs become spaces.
std::string single_line(std::string_view text);

/// Line breaks stay.
std::string several_lines(std::string_view text);

/// Text content or attribute value of HTML and SVG; line breaks stay.
std::string html_text(std::string_view text);

/// The same for XML 1.0 (section 2.2), which lacks two characters of Unicode, U+FFFE and U+FFFF.
std::string xml_text(std::string_view text);

/// One line of Markdown without any markup of its own; the intervals' brackets stay readable.
std::string markdown_text(std::string_view text);

/// A fenced block that the text cannot close, ending in a line feed.
std::string markdown_block(std::string_view text);

}  // namespace assay::report

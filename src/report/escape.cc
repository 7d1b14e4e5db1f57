#include "report/escape.h"

#include <algorithm>
#include <cstdint>

namespace assay::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< 0: not UTF-8 here.
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The code point at the start of `text`, which is not empty. Overlong forms and surrogates are not
/// UTF-8 (RFC 3629, section 4).
CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80U) return {lead, 1};
  const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < length) return {};
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t index = 1; index < length; ++index) {
    if (!is_continuation(text[index])) return {};
    value = (value << 6U) | (static_cast<unsigned char>(text[index]) & 0x3FU);
  }
  const bool is_overlong = (length == 3 && value < 0x800U) || (length == 4 && value < 0x10000U);
  const bool is_surrogate = value >= 0xD800U && value <= 0xDFFFU;
  if (is_overlong || is_surrogate || value > 0x10FFFFU) return {};
  return {value, length};
}

/// Control characters, and the marks that make text read in another order than it stands.
bool is_hidden(std::uint32_t code_point) {
  if (code_point < 0x20U || (code_point >= 0x7FU && code_point < 0xA0U)) return true;
  if (code_point >= 0x200BU && code_point <= 0x200FU) return true;
  if (code_point >= 0x2028U && code_point <= 0x202EU) return true;
  return (code_point >= 0x2060U && code_point <= 0x206FU) || code_point == 0xFEFFU;
}

std::string cleaned(std::string_view text, bool keep_line_feeds) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const CodePoint code_point = first_code_point(text);
    const std::size_t bytes = std::max<std::size_t>(code_point.bytes, 1);
    if (code_point.bytes == 0) {
      clean += kReplacement;
    } else if (code_point.value == '\n' || code_point.value == '\t') {
      clean += keep_line_feeds && code_point.value == '\n' ? '\n' : ' ';
    } else if (!is_hidden(code_point.value)) {
      clean += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return clean;
}

bool is_letter_or_digit(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9');
}

/// Whether the bracket at `index` opens an interval ("[−33, −14]") rather than a link.
bool opens_interval(std::string_view text, std::size_t index) {
  const std::string_view rest = text.substr(index + 1);
  return !rest.empty() &&
         ((rest[0] >= '0' && rest[0] <= '9') || rest[0] == '+' || rest.substr(0, 3) == "−");
}

bool needs_backslash(std::string_view text, std::size_t index) {
  const char before = index == 0 ? ' ' : text[index - 1];
  const char after = index + 1 == text.size() ? ' ' : text[index + 1];
  switch (text[index]) {
    case '\\':
    case '`':
    case '*':
    case '<':
    case '>':
    case '|':
    case '~':
    case '#':
      return true;
    case '_':
      return !is_letter_or_digit(before) || !is_letter_or_digit(after);
    case '[':
      return !opens_interval(text, index);
    case '(':
      return before == ']';
    default:
      return false;
  }
}

}  // namespace

std::string single_line(std::string_view text) { return cleaned(text, false); }

std::string several_lines(std::string_view text) { return cleaned(text, true); }

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char letter : cleaned(text, true)) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string xml_text(std::string_view text) {
  std::string clean = html_text(text);
  for (const std::string_view noncharacter : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = clean.find(noncharacter); at != std::string::npos;
         at = clean.find(noncharacter, at)) {
      clean.erase(at, noncharacter.size());
    }
  }
  return clean;
}

std::string markdown_text(std::string_view text) {
  const std::string line = single_line(text);
  std::string escaped;
  for (std::size_t index = 0; index < line.size(); ++index) {
    if (line[index] == '&') {
      escaped += "&amp;";
      continue;
    }
    if (needs_backslash(line, index)) escaped += '\\';
    escaped += line[index];
  }
  return escaped;
}

std::string markdown_block(std::string_view text) {
  const std::string block = several_lines(text);
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char letter : block) {
    run = letter == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(longest + 1, 3), '`');
  return fence + "text\n" + block + "\n" + fence + "\n";
}

}  // namespace assay::report

#include "task/wording.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/text.h"

namespace assay::task {
namespace {

constexpr std::size_t kQuotedColumns = 60;
// A column takes at most this many bytes for what follows to be cut away in any case.
constexpr std::size_t kBytesPerColumn = 16;

}  // namespace

std::string one_line(std::string_view text, std::size_t columns) {
  // Replies may have megabytes of which 60 columns are shown.
  const std::string_view head = base::trim(text).substr(0, columns * kBytesPerColumn);
  const auto wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(head.data(), static_cast<std::int32_t>(head.size())));
  icu::UnicodeString line;
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const UChar32 point = wide.char32At(i);
    if (u_isUWhiteSpace(point)) {
      if (!line.isEmpty() && !line.endsWith(u' ')) line.append(u' ');
    } else if (u_isgraph(point)) {
      line.append(point);
    }
  }
  std::string utf8;
  line.trim().toUTF8String(utf8);
  return base::ellipsize(utf8, columns);
}

std::string in_quotes(std::string_view text) {
  return "\"" + one_line(text, kQuotedColumns) + "\"";
}

}  // namespace assay::task

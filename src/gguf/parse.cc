#include "gguf/parse.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.h"
#include "gguf/cursor.h"
#include "gguf/foreign.h"
#include "gguf/parse_metadata.h"
#include "gguf/parse_tensors.h"
#include "gguf/value_type.h"

namespace assay::gguf {
namespace {

// The fewest bytes one entry can take, which bounds a believable count by the file's size.
constexpr std::uint64_t kTensorEntryBytesMin = 32;
constexpr std::uint64_t kMetadataEntryBytesMin = 13;
constexpr std::uint64_t kMetadataMax = 100'000;
constexpr std::uint64_t kForeignBytes = 512;  ///< Enough to tell every other format.

/// Reads one header. A failed cursor means that its bytes ended; any other failure is remembered
/// in `error_`.
class Parser {
 public:
  Parser(Cursor& cursor, std::uint64_t file_bytes) : cursor_(cursor) {
    header_.file_bytes = file_bytes;
  }

  /// Whether all of the header was read; otherwise error() has the reason, or it ran out of bytes.
  bool parse() {
    return read_prefix() && read_metadata(cursor_, metadata_count_, header_, error_) &&
           read_tensors(cursor_, tensor_count_, header_, error_) &&
           place_tensors(cursor_.position(), header_, error_);
  }

  Header take_header() { return std::move(header_); }
  const std::optional<base::Error>& error() const { return error_; }

 private:
  bool read_prefix() {
    cursor_.take_bytes(kMagic.size());
    header_.version = cursor_.take<std::uint32_t>();
    if (cursor_.failed() || !check_version()) return false;
    tensor_count_ = cursor_.take<std::uint64_t>();
    metadata_count_ = cursor_.take<std::uint64_t>();
    return !cursor_.failed() &&
           check_count("tensor", tensor_count_, kTensorEntryBytesMin, kTensorsMax) &&
           check_count("metadata", metadata_count_, kMetadataEntryBytesMin, kMetadataMax);
  }

  bool check_count(std::string_view of, std::uint64_t count, std::uint64_t bytes_each,
                   std::uint64_t count_max) {
    if (count > header_.file_bytes / bytes_each) {
      error_ = malformed(fmt::format("expected a {} count that a file of {} can hold, found {}", of,
                                     base::human_bytes(header_.file_bytes), count));
    } else if (count > count_max) {
      error_ = malformed(
          fmt::format("expected a {} count of at most {}, found {}", of, count_max, count));
    }
    return !error_;
  }

  bool check_version() {
    const std::uint32_t version = header_.version;
    if (version == 2 || version == 3) return true;
    if ((version & 0xFFFFU) == 0 && version != 0) {
      error_ =
          base::bad_input("expected a little-endian GGUF file, found a big-endian one",
                          "look for a little-endian file of the same model, or convert it with "
                          "llama.cpp's gguf_convert_endian.py");
    } else {
      error_ = base::bad_input(fmt::format("expected GGUF version 2 or 3, found {}", version),
                               version == 1 ? "convert it with an older llama.cpp, or look for a "
                                              "newer file of the same model"
                                            : "a newer assay may know it, or the file is damaged");
    }
    return false;
  }

  Cursor& cursor_;
  Header header_;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t metadata_count_ = 0;
  std::optional<base::Error> error_;
};

}  // namespace

base::Error malformed(std::string message) {
  return base::bad_input(std::move(message),
                         "the file is damaged; compare its checksum with the publisher's and fetch "
                         "it again");
}

base::Result<Header> parse(Cursor& cursor, std::uint64_t file_bytes) {
  const std::string_view start = cursor.peek(kForeignBytes);
  if (cursor.error()) return *cursor.error();
  if (!start.starts_with(kMagic)) {
    const ForeignFormat foreign = recognise_foreign(start);
    return base::bad_input(fmt::format("expected a GGUF model, found {}", foreign.description),
                           std::string(foreign.hint));
  }
  Parser parser(cursor, file_bytes);
  if (parser.parse()) return parser.take_header();
  if (parser.error()) return *parser.error();
  if (cursor.error()) return *cursor.error();
  if (cursor.end() < file_bytes) {
    return malformed(fmt::format("expected a header of at most {}, it goes on",
                                 base::human_bytes(cursor.end())));
  }
  return base::bad_input(
      fmt::format("the file is truncated: its header is cut at byte {}", cursor.position()),
      "the download or copy did not finish; fetch the file again");
}

}  // namespace assay::gguf

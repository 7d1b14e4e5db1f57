// Reads little-endian values off the start of a file without ever leaving it, piece by piece where
// the file is not in memory. The first read that would leave it makes the cursor fail for good;
// values read after that are zero or empty.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "gguf/byte_source.h"

namespace assay::gguf {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : window_(bytes), end_(bytes.size()) {}
  /// Reads at most the first 256 MiB, in pieces of 256 KiB; `source` outlives the cursor.
  explicit Cursor(const ByteSource& source);
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  bool failed() const { return failed_; }
  /// Why the source could not give its bytes; none when the cursor failed for want of bytes.
  const std::optional<base::Error>& error() const { return error_; }
  std::uint64_t position() const { return position_; }
  /// Where the bytes end that it may read.
  std::uint64_t end() const { return end_; }

  template <typename T>
  T take() {
    T value{};
    const std::string_view raw = take_bytes(sizeof(T));
    if (!failed_) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }

  /// Valid until the next call.
  std::string_view take_bytes(std::uint64_t count) {
    if (!have(count)) return {};
    const std::string_view taken = window_.substr(position_ - window_start_, count);
    position_ += count;
    return taken;
  }

  /// Up to `count` bytes that come next, not taken; valid until the next call.
  std::string_view peek(std::uint64_t count);

  /// `count` values of `size` bytes each, skipped and not read.
  void skip(std::uint64_t count, std::uint64_t size) {
    if (failed_ || count > (end_ - position_) / size) {
      failed_ = true;
      return;
    }
    position_ += count * size;
  }

 private:
  /// Whether the window holds the next `count` bytes, after reading on where it must.
  bool have(std::uint64_t count) {
    if (failed_ || count > end_ - position_) {
      failed_ = true;
      return false;
    }
    return position_ + count <= window_start_ + window_.size() || read_on(count);
  }
  bool read_on(std::uint64_t count);

  const ByteSource* source_ = nullptr;
  std::string buffer_;
  std::string_view window_;  ///< The bytes at hand, from `window_start_` on.
  std::uint64_t window_start_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t end_ = 0;  ///< Nothing is read beyond.
  bool failed_ = false;
  std::optional<base::Error> error_;
};

}  // namespace assay::gguf

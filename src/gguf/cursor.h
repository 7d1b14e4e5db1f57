// Reads little-endian values off the start of a file without ever leaving it. The first read that
// would do so makes the cursor fail for good; values read after that are zero or empty.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace assay::gguf {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }
  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return bytes_.size() - position_; }

  template <typename T>
  T take() {
    T value{};
    const std::string_view raw = take_bytes(sizeof(T));
    if (!failed_) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }

  std::string_view take_bytes(std::uint64_t count) {
    if (failed_ || count > left()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }

  /// `count` values of `size` bytes each, skipped.
  void skip(std::uint64_t count, std::uint64_t size) {
    if (failed_ || count > left() / size) {
      failed_ = true;
      return;
    }
    position_ += count * size;
  }

 private:
  std::string_view bytes_;
  std::uint64_t position_ = 0;
  bool failed_ = false;
};

}  // namespace assay::gguf

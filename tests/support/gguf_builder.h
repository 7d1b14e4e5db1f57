// Writes GGUF files for tests, valid ones and, by asking for it, broken ones.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace assay::test {

/// Entries are kept as bytes, so that a test can also append a malformed one. Little-endian.
class GgufBuilder {
 public:
  std::uint32_t version = 3;
  std::uint64_t metadata_count = 0;  ///< Counted up by the functions below; a test may lie.
  std::uint64_t tensor_count = 0;

  template <typename T>
  static std::string bytes_of(T value) {
    std::string bytes(sizeof(T), '\0');
    std::memcpy(bytes.data(), &value, sizeof(T));
    return bytes;
  }
  static std::string text_of(std::string_view text) {
    return bytes_of<std::uint64_t>(text.size()) + std::string(text);
  }

  GgufBuilder& raw(std::string_view key, std::uint32_t type, std::string_view value) {
    metadata_ += text_of(key) + bytes_of(type) + std::string(value);
    ++metadata_count;
    return *this;
  }
  GgufBuilder& text(std::string_view key, std::string_view value) {
    return raw(key, 8, text_of(value));
  }
  GgufBuilder& number(std::string_view key, std::uint32_t value) {
    return raw(key, 4, bytes_of(value));
  }
  GgufBuilder& numbers(std::string_view key, const std::vector<std::uint32_t>& values) {
    std::string bytes = bytes_of<std::uint32_t>(4) + bytes_of<std::uint64_t>(values.size());
    for (const std::uint32_t value : values) bytes += bytes_of(value);
    return raw(key, 9, bytes);
  }
  GgufBuilder& flags(std::string_view key, const std::vector<bool>& values) {
    std::string bytes = bytes_of<std::uint32_t>(7) + bytes_of<std::uint64_t>(values.size());
    for (const bool value : values) bytes += value ? '\1' : '\0';
    return raw(key, 9, bytes);
  }
  GgufBuilder& texts(std::string_view key, std::uint64_t count) {
    std::string bytes = bytes_of<std::uint32_t>(8) + bytes_of(count);
    for (std::uint64_t i = 0; i < count; ++i) bytes += text_of("t" + std::to_string(i));
    return raw(key, 9, bytes);
  }

  /// The tensor's data follows the one before it; `bytes` is how much space it takes.
  GgufBuilder& tensor(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                      std::uint32_t type, std::uint64_t bytes) {
    std::string entry = text_of(name) + bytes_of(static_cast<std::uint32_t>(dimensions.size()));
    for (const std::uint64_t dimension : dimensions) entry += bytes_of(dimension);
    tensors_ += entry + bytes_of(type) + bytes_of(data_bytes_);
    data_bytes_ += (bytes + 31) / 32 * 32;
    ++tensor_count;
    return *this;
  }

  /// An entry of the tensor list as bytes; takes no space in the data.
  GgufBuilder& raw_tensor(std::string_view entry) {
    tensors_ += entry;
    ++tensor_count;
    return *this;
  }

  std::string header() const {
    std::string bytes = "GGUF" + bytes_of(version) + bytes_of(tensor_count) +
                        bytes_of(metadata_count) + metadata_ + tensors_;
    bytes.resize((bytes.size() + 31) / 32 * 32, '\0');
    return bytes;
  }
  /// Of the whole file, data included.
  std::uint64_t file_bytes() const { return header().size() + data_bytes_; }
  /// The whole file with zeros for weights.
  std::string file() const { return header() + std::string(data_bytes_, '\0'); }

 private:
  std::string metadata_;
  std::string tensors_;
  std::uint64_t data_bytes_ = 0;
};

}  // namespace assay::test

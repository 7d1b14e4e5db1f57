#include "gguf/parse_metadata.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "gguf/parse.h"
#include "gguf/value_type.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kTextBytesMax = std::uint64_t{64} << 20U;
constexpr std::uint64_t kArrayHeadMax = 1024;
constexpr std::uint64_t kElementsKeptMax = 262'144;
constexpr int kArrayDepthMax = 4;

class MetadataReader {
 public:
  MetadataReader(Cursor& cursor, std::optional<base::Error>& error)
      : cursor_(cursor), error_(error) {}

  std::optional<Value> read_entry_value(const std::string& key) {
    const auto type = cursor_.take<std::uint32_t>();
    if (cursor_.failed()) return std::nullopt;
    return read_value(type, key, 0);
  }

 private:
  std::nullopt_t fail(std::string message) {
    error_ = malformed(std::move(message));
    return std::nullopt;
  }

  template <typename Raw, typename Kept>
  std::optional<Value> number() {
    const auto raw = cursor_.take<Raw>();
    if (cursor_.failed()) return std::nullopt;
    return Value(static_cast<Kept>(raw));
  }

  std::optional<Value> flag(std::string_view key) {
    const auto raw = cursor_.take<std::uint8_t>();
    if (cursor_.failed()) return std::nullopt;
    if (raw > 1) {
      return fail(fmt::format("expected 0 or 1 for a truth value, found {} in `{}`", raw,
                              base::ellipsize(key, 80)));
    }
    return Value(raw == 1);
  }

  std::optional<Value> read_value(std::uint32_t type, std::string_view key, int depth) {
    if (type >= kValueTypes) {
      return fail(fmt::format("expected a value type from 0 to {}, found {} for `{}`",
                              kValueTypes - 1, type, base::ellipsize(key, 80)));
    }
    switch (static_cast<ValueType>(type)) {
      case ValueType::Uint8:
        return number<std::uint8_t, std::uint64_t>();
      case ValueType::Int8:
        return number<std::int8_t, std::int64_t>();
      case ValueType::Uint16:
        return number<std::uint16_t, std::uint64_t>();
      case ValueType::Int16:
        return number<std::int16_t, std::int64_t>();
      case ValueType::Uint32:
        return number<std::uint32_t, std::uint64_t>();
      case ValueType::Int32:
        return number<std::int32_t, std::int64_t>();
      case ValueType::Float32:
        return number<float, double>();
      case ValueType::Bool:
        return flag(key);
      case ValueType::Text:
        return read_text(cursor_, kTextBytesMax, "a text", error_);
      case ValueType::Array:
        return read_array(key, depth);
      case ValueType::Uint64:
        return number<std::uint64_t, std::uint64_t>();
      case ValueType::Int64:
        return number<std::int64_t, std::int64_t>();
      case ValueType::Float64:
        return number<double, double>();
    }
    return std::nullopt;
  }

  struct ArrayStart {
    std::uint32_t type = 0;
    std::uint64_t length = 0;
  };

  std::optional<ArrayStart> read_array_start(std::string_view key, int depth) {
    const auto type = cursor_.take<std::uint32_t>();
    const auto length = cursor_.take<std::uint64_t>();
    if (cursor_.failed()) return std::nullopt;
    if (type >= kValueTypes || depth >= kArrayDepthMax) {
      return fail(fmt::format("expected an array of known type, at most {} deep, in `{}`",
                              kArrayDepthMax, base::ellipsize(key, 80)));
    }
    return ArrayStart{type, length};
  }

  std::optional<Value> read_array(std::string_view key, int depth) {
    const auto start = read_array_start(key, depth);
    if (!start) return std::nullopt;
    Array array{start->length, {}};
    while (array.head.size() < std::min(array.length, kArrayHeadMax) &&
           elements_kept_ < kElementsKeptMax) {
      ++elements_kept_;
      auto value = read_value(start->type, key, depth + 1);
      if (!value) return std::nullopt;
      array.head.push_back(std::move(*value));
    }
    if (!skip_elements(start->type, array.length - array.head.size(), key, depth)) {
      return std::nullopt;
    }
    return array;
  }

  bool skip_elements(std::uint32_t type, std::uint64_t count, std::string_view key, int depth) {
    if (kValueBytes[type] > 0) {
      cursor_.skip(count, kValueBytes[type]);
      return !cursor_.failed();
    }
    const bool texts = static_cast<ValueType>(type) == ValueType::Text;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (texts) {
        cursor_.take_bytes(cursor_.take<std::uint64_t>());
        if (cursor_.failed()) return false;
        continue;
      }
      const auto inner = read_array_start(key, depth + 1);
      if (!inner || !skip_elements(inner->type, inner->length, key, depth + 1)) return false;
    }
    return true;
  }

  Cursor& cursor_;
  std::optional<base::Error>& error_;
  std::uint64_t elements_kept_ = 0;
};

}  // namespace

std::optional<std::string> read_text(Cursor& cursor, std::uint64_t bytes_max, std::string_view what,
                                     std::optional<base::Error>& error) {
  const auto length = cursor.take<std::uint64_t>();
  if (cursor.failed()) return std::nullopt;
  if (length > bytes_max) {
    error = malformed(fmt::format("expected {} of at most {} bytes, found {} at byte {}", what,
                                  bytes_max, length, cursor.position()));
    return std::nullopt;
  }
  const std::string_view text = cursor.take_bytes(length);
  if (cursor.failed()) return std::nullopt;
  return std::string(text);
}

bool read_metadata(Cursor& cursor, std::uint64_t count, Header& header,
                   std::optional<base::Error>& error) {
  MetadataReader reader(cursor, error);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto key = read_text(cursor, kKeyBytesMax, "a metadata key", error);
    if (!key) return false;
    auto value = reader.read_entry_value(*key);
    if (!value) return false;
    const auto [entry, inserted] = header.metadata.try_emplace(std::move(*key), std::move(*value));
    if (!inserted) {
      error = malformed(
          fmt::format("the metadata key `{}` stands twice", base::ellipsize(entry->first, 80)));
      return false;
    }
  }
  return true;
}

}  // namespace assay::gguf

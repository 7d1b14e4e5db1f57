#include "gguf/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "gguf/cursor.h"
#include "gguf/foreign.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::uint64_t kKeyBytesMax = 65535;
constexpr std::uint64_t kTextBytesMax = std::uint64_t{64} << 20U;
constexpr std::uint64_t kArrayHeadMax = 1024;
constexpr int kArrayDepthMax = 4;
constexpr std::uint64_t kAlignmentDefault = 32;
// The fewest bytes one entry can take, which bounds a believable count by the file's size.
constexpr std::uint64_t kTensorEntryBytesMin = 32;
constexpr std::uint64_t kMetadataEntryBytesMin = 13;

/// gguf_metadata_value_type of the specification.
enum class ValueType : std::uint32_t {
  Uint8,
  Int8,
  Uint16,
  Int16,
  Uint32,
  Int32,
  Float32,
  Bool,
  Text,
  Array,
  Uint64,
  Int64,
  Float64
};
constexpr std::uint32_t kValueTypes = 13;
constexpr std::array<std::uint64_t, kValueTypes> kValueBytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

bool multiply(std::uint64_t left, std::uint64_t right, std::uint64_t& product) {
  return !__builtin_mul_overflow(left, right, &product);
}

base::Error malformed(std::string message) {
  return base::bad_input(std::move(message),
                         "the file is damaged; compare its checksum with the publisher's and fetch "
                         "it again");
}

/// Reads one header. A failed cursor means that the given bytes ended; any other failure is
/// remembered in `error_`.
class Parser {
 public:
  Parser(std::string_view bytes, std::uint64_t file_bytes) : cursor_(bytes) {
    header_.file_bytes = file_bytes;
  }

  /// Whether all of the header was read; otherwise error() has the reason, or it ran out of bytes.
  bool parse() { return read_prefix() && read_metadata() && read_tensors() && place_data(); }

  Header take_header() { return std::move(header_); }
  const std::optional<base::Error>& error() const { return error_; }
  std::uint64_t position() const { return cursor_.position(); }

 private:
  bool fail(std::string message) {
    error_ = malformed(std::move(message));
    return false;
  }

  bool read_prefix() {
    cursor_.take_bytes(kMagic.size());
    header_.version = cursor_.take<std::uint32_t>();
    if (cursor_.failed()) return false;
    if (!check_version()) return false;
    tensor_count_ = cursor_.take<std::uint64_t>();
    metadata_count_ = cursor_.take<std::uint64_t>();
    if (cursor_.failed()) return false;
    if (tensor_count_ > header_.file_bytes / kTensorEntryBytesMin) {
      return fail(fmt::format("expected a tensor count that a file of {} can hold, found {}",
                              base::human_bytes(header_.file_bytes), tensor_count_));
    }
    if (metadata_count_ > header_.file_bytes / kMetadataEntryBytesMin) {
      return fail(fmt::format("expected a metadata count that a file of {} can hold, found {}",
                              base::human_bytes(header_.file_bytes), metadata_count_));
    }
    return true;
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

  std::optional<std::string> read_text(std::uint64_t bytes_max, std::string_view what) {
    const auto length = cursor_.take<std::uint64_t>();
    if (cursor_.failed()) return std::nullopt;
    if (length > bytes_max) {
      fail(fmt::format("expected {} of at most {} bytes, found {} at byte {}", what, bytes_max,
                       length, cursor_.position()));
      return std::nullopt;
    }
    const std::string_view text = cursor_.take_bytes(length);
    if (cursor_.failed()) return std::nullopt;
    return std::string(text);
  }

  bool read_metadata() {
    for (std::uint64_t i = 0; i < metadata_count_; ++i) {
      auto key = read_text(kKeyBytesMax, "a metadata key");
      if (!key) return false;
      const auto type = cursor_.take<std::uint32_t>();
      if (cursor_.failed()) return false;
      auto value = read_value(type, *key, 0);
      if (!value) return false;
      if (!header_.metadata.emplace(*key, std::move(*value)).second) {
        return fail(fmt::format("the metadata key `{}` stands twice", base::ellipsize(*key, 80)));
      }
    }
    return true;
  }

  std::optional<Value> read_value(std::uint32_t type, std::string_view key, int depth) {
    switch (static_cast<ValueType>(type)) {
      case ValueType::Uint8:
        return read_number<std::uint8_t, std::uint64_t>();
      case ValueType::Uint16:
        return read_number<std::uint16_t, std::uint64_t>();
      case ValueType::Uint32:
        return read_number<std::uint32_t, std::uint64_t>();
      case ValueType::Uint64:
        return read_number<std::uint64_t, std::uint64_t>();
      case ValueType::Int8:
        return read_number<std::int8_t, std::int64_t>();
      case ValueType::Int16:
        return read_number<std::int16_t, std::int64_t>();
      case ValueType::Int32:
        return read_number<std::int32_t, std::int64_t>();
      case ValueType::Int64:
        return read_number<std::int64_t, std::int64_t>();
      case ValueType::Float32:
        return read_number<float, double>();
      case ValueType::Float64:
        return read_number<double, double>();
      case ValueType::Bool: {
        const auto flag = cursor_.take<std::uint8_t>();
        if (cursor_.failed()) return std::nullopt;
        return flag != 0;
      }
      case ValueType::Text: {
        auto text = read_text(kTextBytesMax, fmt::format("a value of `{}`", key));
        if (!text) return std::nullopt;
        return std::move(*text);
      }
      case ValueType::Array:
        return read_array(key, depth);
    }
    fail(fmt::format("expected a metadata type from 0 to {}, found {} in `{}`", kValueTypes - 1,
                     type, base::ellipsize(key, 80)));
    return std::nullopt;
  }

  template <typename Stored, typename Wide>
  std::optional<Value> read_number() {
    const auto number = cursor_.take<Stored>();
    if (cursor_.failed()) return std::nullopt;
    return static_cast<Wide>(number);
  }

  std::optional<Value> read_array(std::string_view key, int depth) {
    const auto type = cursor_.take<std::uint32_t>();
    Array array;
    array.length = cursor_.take<std::uint64_t>();
    if (cursor_.failed()) return std::nullopt;
    if (type >= kValueTypes || depth >= kArrayDepthMax) {
      fail(fmt::format("expected an array of known type, at most {} deep, in `{}`", kArrayDepthMax,
                       base::ellipsize(key, 80)));
      return std::nullopt;
    }
    for (std::uint64_t i = 0; i < array.length; ++i) {
      const std::uint64_t bytes_each = kValueBytes[type];
      if (i == kArrayHeadMax && bytes_each > 0) {
        cursor_.skip(array.length - i, bytes_each);
        break;
      }
      auto value = read_value(type, key, depth + 1);
      if (!value) return std::nullopt;
      if (i < kArrayHeadMax) array.head.push_back(std::move(*value));
    }
    if (cursor_.failed()) return std::nullopt;
    return array;
  }

  bool read_tensors() {
    std::set<std::string, std::less<>> names;
    for (std::uint64_t i = 0; i < tensor_count_; ++i) {
      Tensor tensor;
      if (!read_tensor(tensor)) return false;
      if (!names.insert(tensor.name).second) {
        return fail(fmt::format("the tensor `{}` stands twice", base::ellipsize(tensor.name, 80)));
      }
      header_.tensors.push_back(std::move(tensor));
    }
    return true;
  }

  bool read_tensor(Tensor& tensor) {
    auto name = read_text(kKeyBytesMax, "a tensor name");
    if (!name) return false;
    tensor.name = std::move(*name);
    const auto dimensions = cursor_.take<std::uint32_t>();
    if (cursor_.failed()) return false;
    if (dimensions < 1 || dimensions > 4) {
      return fail(fmt::format("expected 1 to 4 dimensions, found {} in tensor `{}`", dimensions,
                              base::ellipsize(tensor.name, 80)));
    }
    tensor.elements = 1;
    for (std::uint32_t i = 0; i < dimensions; ++i) {
      tensor.dimensions.push_back(cursor_.take<std::uint64_t>());
      if (cursor_.failed()) return false;
      if (!multiply(tensor.elements, tensor.dimensions.back(), tensor.elements)) {
        return fail(fmt::format("the tensor `{}` has more elements than can be counted",
                                base::ellipsize(tensor.name, 80)));
      }
    }
    tensor.type = cursor_.take<std::uint32_t>();
    tensor.offset = cursor_.take<std::uint64_t>();
    if (cursor_.failed()) return false;
    return size_tensor(tensor);
  }

  bool size_tensor(Tensor& tensor) {
    const TensorType* type = find_tensor_type(tensor.type);
    if (type == nullptr) return true;
    if (tensor.dimensions.front() % type->block_elements != 0) {
      return fail(
          fmt::format("expected rows of a multiple of {} elements for type {}, found {} in "
                      "tensor `{}`",
                      type->block_elements, type->name, tensor.dimensions.front(),
                      base::ellipsize(tensor.name, 80)));
    }
    if (!multiply(tensor.elements / type->block_elements, type->block_bytes, tensor.bytes)) {
      return fail(fmt::format("the tensor `{}` has more bytes than can be counted",
                              base::ellipsize(tensor.name, 80)));
    }
    return true;
  }

  bool place_data() {
    const std::uint64_t alignment =
        header_.integer("general.alignment").value_or(kAlignmentDefault);
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 ||
        alignment > std::numeric_limits<std::uint32_t>::max()) {
      return fail(
          fmt::format("expected general.alignment to be a power of two, found {}", alignment));
    }
    header_.data_offset = (cursor_.position() + alignment - 1) / alignment * alignment;
    std::uint64_t end = 0;
    for (const Tensor& tensor : header_.tensors) {
      std::uint64_t tensor_end = 0;
      if (tensor.offset % alignment != 0 ||
          __builtin_add_overflow(tensor.offset, tensor.bytes, &tensor_end)) {
        return fail(
            fmt::format("expected an offset that is a multiple of {}, found {} in tensor "
                        "`{}`",
                        alignment, tensor.offset, base::ellipsize(tensor.name, 80)));
      }
      end = std::max(end, tensor_end);
    }
    return check_length(end);
  }

  bool check_length(std::uint64_t data_bytes) {
    std::uint64_t needed = 0;
    if (__builtin_add_overflow(header_.data_offset, data_bytes, &needed)) {
      return fail("the tensors reach beyond what can be counted");
    }
    if (data_bytes == 0 || needed <= header_.file_bytes) return true;
    const std::uint64_t missing = needed - header_.file_bytes;
    error_ = base::bad_input(
        fmt::format("the file is truncated: expected {} bytes, found {}; {} bytes ({}) are missing",
                    needed, header_.file_bytes, missing, base::human_bytes(missing)),
        "the download or copy did not finish; fetch the file again");
    return false;
  }

  Cursor cursor_;
  Header header_;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t metadata_count_ = 0;
  std::optional<base::Error> error_;
};

}  // namespace

std::variant<Header, NeedMore, base::Error> parse_start(std::string_view bytes,
                                                        std::uint64_t file_bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    const ForeignFormat foreign = recognise_foreign(bytes);
    return base::bad_input(fmt::format("expected a GGUF model, found {}", foreign.description),
                           std::string(foreign.hint));
  }
  Parser parser(bytes, file_bytes);
  if (parser.parse()) return parser.take_header();
  if (parser.error()) return *parser.error();
  if (bytes.size() < file_bytes) return NeedMore{};
  return base::bad_input(
      fmt::format("the file is truncated: its header is cut at byte {}", parser.position()),
      "the download or copy did not finish; fetch the file again");
}

}  // namespace assay::gguf

#include "gguf/parse_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "gguf/parse.h"
#include "gguf/parse_metadata.h"
#include "gguf/quantization.h"
#include "gguf/value_type.h"

namespace assay::gguf {
namespace {

bool fail(std::optional<base::Error>& error, std::string message) {
  error = malformed(std::move(message));
  return false;
}

std::string quoted(const Tensor& tensor) {
  return fmt::format("`{}`", base::ellipsize(tensor.name, 80));
}

bool read_dimensions(Cursor& cursor, Tensor& tensor, std::optional<base::Error>& error) {
  const auto dimensions = cursor.take<std::uint32_t>();
  if (cursor.failed()) return false;
  if (dimensions < 1 || dimensions > 4) {
    return fail(error, fmt::format("expected 1 to 4 dimensions, found {} in tensor {}", dimensions,
                                   quoted(tensor)));
  }
  tensor.elements = 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto dimension = cursor.take<std::uint64_t>();
    if (cursor.failed()) return false;
    if (dimension == 0) {
      return fail(error, fmt::format("expected dimensions of at least 1, found 0 in tensor {}",
                                     quoted(tensor)));
    }
    tensor.dimensions.push_back(dimension);
    if (__builtin_mul_overflow(tensor.elements, dimension, &tensor.elements)) {
      return fail(error, fmt::format("the tensor {} has more elements than can be counted",
                                     quoted(tensor)));
    }
  }
  return true;
}

bool size_tensor(Tensor& tensor, std::optional<base::Error>& error) {
  const TensorType* type = find_tensor_type(tensor.type);
  if (type == nullptr) {
    const auto removed = removed_type_name(tensor.type);
    if (!removed) return true;
    error = base::bad_input(
        fmt::format(
            "expected a tensor type of today's GGUF, found {} in tensor {}, which llama.cpp "
            "has removed",
            *removed, quoted(tensor)),
        "look for a newer file of the same model, or quantize it again");
    return false;
  }
  if (tensor.dimensions.front() % type->block_elements != 0) {
    return fail(error, fmt::format("expected rows of a multiple of {} elements for type {}, found "
                                   "{} in tensor {}",
                                   type->block_elements, type->name, tensor.dimensions.front(),
                                   quoted(tensor)));
  }
  if (__builtin_mul_overflow(tensor.elements / type->block_elements, type->block_bytes,
                             &tensor.bytes)) {
    return fail(error,
                fmt::format("the tensor {} has more bytes than can be counted", quoted(tensor)));
  }
  return true;
}

bool read_tensor(Cursor& cursor, Tensor& tensor, std::optional<base::Error>& error) {
  auto name = read_text(cursor, kKeyBytesMax, "a tensor name", error);
  if (!name) return false;
  tensor.name = std::move(*name);
  if (!read_dimensions(cursor, tensor, error)) return false;
  tensor.type = cursor.take<std::uint32_t>();
  tensor.offset = cursor.take<std::uint64_t>();
  return !cursor.failed() && size_tensor(tensor, error);
}

std::optional<std::uint64_t> alignment_of(const Header& header, std::optional<base::Error>& error) {
  const auto found = header.metadata.find("general.alignment");
  if (found == header.metadata.end()) return kAlignmentDefaultBytes;
  const auto bytes = integer_of(found->second);
  if (bytes && is_alignment(*bytes)) return bytes;
  fail(error, fmt::format("expected general.alignment to be a power of two, found {}",
                          bytes ? std::to_string(*bytes) : "no whole number"));
  return std::nullopt;
}

/// Where the last tensor ends, from the start of the data section; none with `error` when they
/// overlap or are not aligned.
std::optional<std::uint64_t> data_bytes(const Header& header, std::uint64_t alignment,
                                        std::optional<base::Error>& error) {
  std::vector<const Tensor*> in_place;
  in_place.reserve(header.tensors.size());
  for (const Tensor& tensor : header.tensors) in_place.push_back(&tensor);
  std::sort(in_place.begin(), in_place.end(), [](const Tensor* left, const Tensor* right) {
    return std::pair(left->offset, left->bytes) < std::pair(right->offset, right->bytes);
  });
  std::uint64_t end = 0;
  const Tensor* before = nullptr;
  for (const Tensor* tensor : in_place) {
    if (tensor->offset % alignment != 0) {
      fail(error, fmt::format("expected an offset that is a multiple of {}, found {} in tensor {}",
                              alignment, tensor->offset, quoted(*tensor)));
      return std::nullopt;
    }
    if (tensor->offset < end) {
      fail(error, fmt::format("the tensors {} and {} overlap: expected the second from byte {} of "
                              "the data on, found it at byte {}",
                              quoted(*before), quoted(*tensor), end, tensor->offset));
      return std::nullopt;
    }
    if (__builtin_add_overflow(tensor->offset, tensor->bytes, &end)) {
      fail(error, fmt::format("the tensor {} reaches beyond what can be counted", quoted(*tensor)));
      return std::nullopt;
    }
    before = tensor;
  }
  return end;
}

bool check_length(std::uint64_t data_bytes, const Header& header,
                  std::optional<base::Error>& error) {
  std::uint64_t needed = 0;
  if (__builtin_add_overflow(header.data_offset, data_bytes, &needed)) {
    return fail(error, "the tensors reach beyond what can be counted");
  }
  if (data_bytes == 0 || needed <= header.file_bytes) return true;
  const std::uint64_t missing = needed - header.file_bytes;
  error = base::bad_input(
      fmt::format("the file is truncated: expected {} bytes, found {}; {} bytes ({}) are missing",
                  needed, header.file_bytes, missing, base::human_bytes(missing)),
      "the download or copy did not finish; fetch the file again");
  return false;
}

}  // namespace

bool read_tensors(Cursor& cursor, std::uint64_t count, Header& header,
                  std::optional<base::Error>& error) {
  for (std::uint64_t i = 0; i < count; ++i) {
    Tensor tensor;
    if (!read_tensor(cursor, tensor, error)) return false;
    header.tensors.push_back(std::move(tensor));
  }
  if (const auto name = find_duplicate_name(header.tensors)) {
    return fail(error, fmt::format("the tensor `{}` stands twice", base::ellipsize(*name, 80)));
  }
  return true;
}

bool place_tensors(std::uint64_t header_bytes, Header& header, std::optional<base::Error>& error) {
  const auto alignment = alignment_of(header, error);
  if (!alignment) return false;
  header.data_offset = (header_bytes + *alignment - 1) / *alignment * *alignment;
  const auto bytes = data_bytes(header, *alignment, error);
  return bytes && check_length(*bytes, header, error);
}

std::optional<std::string> find_duplicate_name(const std::vector<Tensor>& tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const Tensor& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto found = std::adjacent_find(names.begin(), names.end());
  return found == names.end() ? std::nullopt : std::optional(std::string(*found));
}

}  // namespace assay::gguf

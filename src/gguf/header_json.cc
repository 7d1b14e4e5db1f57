#include "gguf/header_json.h"

#include <cmath>

#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

using base::Json;

Json array_json(const Array& array) {
  Json elements = Json::array();
  for (const Value& value : array.head) elements.push_back(value_json(value));
  if (array.head.size() == array.length) return elements;
  return {{"length", array.length}, {"head", std::move(elements)}};
}

Json tensor_json(const Tensor& tensor) {
  const TensorType* type = find_tensor_type(tensor.type);
  return {{"name", tensor.name},
          {"type", type != nullptr ? Json(type->name) : Json(tensor.type)},
          {"dimensions", tensor.dimensions},
          {"elements", tensor.elements},
          {"bytes", tensor.bytes},
          {"offset", tensor.offset}};
}

}  // namespace

Json value_json(const Value& value) {
  if (const auto* array = std::get_if<Array>(&value)) return array_json(*array);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  const double number = std::get<double>(value);
  return std::isfinite(number) ? Json(number) : Json();
}

Json header_json(const Header& header) {
  const auto architecture = header.text("general.architecture");
  Json record = {{"arch", architecture ? Json(*architecture) : Json()},
                 {"metadata", Json::object()},
                 {"tensors", Json::array()},
                 {"file_bytes", header.file_bytes},
                 {"version", header.version},
                 {"data_offset", header.data_offset},
                 {"parameters", header.parameters()}};
  // Appended as to the vector that an ordered object is: looking for each key first would take
  // quadratic time over a hostile file's metadata.
  auto& metadata = record["metadata"].get_ref<Json::object_t&>();
  for (const auto& [key, value] : header.metadata) {
    metadata.Json::object_t::Container::emplace_back(key, value_json(value));
  }
  for (const Tensor& tensor : header.tensors) record["tensors"].push_back(tensor_json(tensor));
  return record;
}

}  // namespace assay::gguf

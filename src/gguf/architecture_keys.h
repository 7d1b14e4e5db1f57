// Reads "<architecture>.<key>" of a header, where one number may stand for all layers or an array
// have one for each. For what computes a model's geometry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gguf/header.h"

namespace assay::gguf {

class ArchitectureKeys {
 public:
  /// Keeps a reference to the header.
  explicit ArchitectureKeys(const Header& header);

  const std::string& architecture() const { return architecture_; }

  /// The scalar; `otherwise` when the key is missing, negative or an array.
  std::uint64_t number(std::string_view key, std::uint64_t otherwise = 0) const;
  /// Null when the key is missing or no array.
  const Array* array(std::string_view key) const;
  /// The layer's element of an array (true counts as 1), or the scalar; `otherwise` when there is
  /// none.
  std::uint64_t at(std::string_view key, std::size_t layer, std::uint64_t otherwise) const;
  /// Of all layers.
  std::uint64_t largest(std::string_view key) const;

 private:
  const Value* find(std::string_view key) const;

  const Header& header_;
  std::string architecture_;
};

}  // namespace assay::gguf

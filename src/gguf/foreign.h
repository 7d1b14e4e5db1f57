// What a file that is not GGUF looks like, so that the message can say it.
#pragma once

#include <string_view>

namespace assay::gguf {

struct ForeignFormat {
  std::string_view description;  ///< "a safetensors file"; fits after "found".
  std::string_view hint;
};

/// `bytes` are the file's first ones (16 are enough for most, 512 for all); never fails: the last
/// answer is "an unknown format".
ForeignFormat recognise_foreign(std::string_view bytes);

}  // namespace assay::gguf

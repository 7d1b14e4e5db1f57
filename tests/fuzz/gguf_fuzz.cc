// Throws arbitrary bytes at the GGUF header parser, and what it accepts at the memory estimate:
// both must end, within the input's own size in memory, whatever the bytes claim.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gguf/estimate.h"
#include "gguf/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // The size a file is said to have decides which counts are believable, so it varies too.
  for (const std::uint64_t file_bytes : {std::uint64_t{size}, std::uint64_t{1} << 40U}) {
    const auto header = assay::gguf::parse_header(bytes, file_bytes);
    if (!header.has_value()) continue;
    (void)header->quantization();
    (void)assay::gguf::estimate_memory(*header, {}).total();
  }
  return 0;
}

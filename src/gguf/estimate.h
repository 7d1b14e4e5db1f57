// How much memory a model will need as a guest, from its header alone, before it is loaded.
#pragma once

#include <cstdint>
#include <string>

#include "gguf/header.h"

namespace assay::gguf {

struct LoadSettings {
  std::uint64_t context_tokens = 0;  ///< Of all slots together; 0: the model's own maximum.
  int slots = 1;
  std::string cache_type_k = "f16";
  std::string cache_type_v = "f16";
  std::uint64_t micro_batch = 512;
};

/// In bytes.
struct MemoryNeed {
  std::uint64_t weights = 0;
  std::uint64_t kv_cache = 0;
  std::uint64_t compute = 0;   ///< Activations, logits and scheduler buffers.
  std::uint64_t overhead = 0;  ///< The server itself.
  std::uint64_t total() const { return weights + kv_cache + compute + overhead; }
};

MemoryNeed estimate_memory(const Header& header, const LoadSettings& settings);

}  // namespace assay::gguf

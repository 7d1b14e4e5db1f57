// The small hollow models that engine_speed.h measures with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "gguf/header.h"

namespace assay::scope {

/// A model of the plainest architecture, all of whose matrices have one type.
struct ProbeShape {
  std::uint64_t layers = 1;
  std::uint64_t embedding = 0;
  std::uint64_t feed_forward = 0;
  std::uint64_t heads = 0;
  std::uint64_t heads_kv = 0;
  std::uint64_t head_length = 0;
  std::uint64_t vocabulary = 512;
  /// As many experts, every one used by every token, each as wide as `feed_forward`; 0: dense.
  std::uint64_t experts = 0;
};

/// Layers as wide as an 8B model's, as many as make at least `bytes` of that type.
ProbeShape weights_probe(std::string_view type, std::uint64_t bytes);

struct Probe {
  std::filesystem::path path;
  gguf::Header header;
};

/// Replaces the file. Errors: Internal for a type the format does not have; System (disk full).
base::Result<Probe> write_probe(const ProbeShape& shape, std::string_view type,
                                const std::filesystem::path& path);

}  // namespace assay::scope

// The buffer in which the engine computes: the widest moment of a layer for every token of a
// micro-batch. Used by the memory estimate, on the processor and for a graphics card.
#pragma once

#include <cstdint>

#include "gguf/estimate.h"
#include "gguf/geometry.h"

namespace assay::gguf {

/// In bytes. The engine reserves it for a full micro-batch (no more than the context has tokens)
/// and one output for each slot; formulas were read off its "compute buffer size" lines, which
/// docs/reference/memory-estimate.md compares. Worked number: an 8B llama (E 4096, F 14336, heads ×
/// length 4096) with 512 tokens and 4,096 cells: 512 × 4 × (3 × 14336 + 3 × 4096 + 4096) + 512 ×
/// 4096 × 2 = 120 MiB.
std::uint64_t compute_bytes(const Geometry& geometry, const LoadSettings& settings,
                            const Cells& cells);

/// The part of it that stays on the processor when all layers are on a graphics card: what the
/// graph is fed with.
std::uint64_t input_bytes(const Geometry& geometry, const LoadSettings& settings,
                          const Cells& cells);

}  // namespace assay::gguf

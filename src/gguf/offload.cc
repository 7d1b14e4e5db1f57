#include "gguf/offload.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "gguf/architecture_keys.h"
#include "gguf/estimate_compute.h"
#include "gguf/estimate_weights.h"
#include "gguf/parameters.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kDriverBytes = 512 * kMebibyte;
constexpr std::uint64_t kSpareBytesMin = 256 * kMebibyte;
constexpr std::uint64_t kSpareShare = 20;
constexpr std::size_t kBlocksMax = 1024;

/// Bytes of one layer, and of those what one token reads.
struct Part {
  std::uint64_t bytes = 0;
  std::uint64_t read = 0;

  void add(const Part& other) {
    bytes = saturating_add(bytes, other.bytes);
    read = saturating_add(read, other.read);
  }
};

struct Block {
  Part experts;
  Part others;
  std::uint64_t cache = 0;
};

/// What can be placed, summed up once.
struct Model {
  std::vector<Block> blocks;
  Part output;
  Part tables;  ///< Looked up by row, always on the processor.
  std::uint64_t compute = 0;
  std::uint64_t input = 0;
};

Part part_of(const Header& header, const Tensor& tensor) {
  return {tensor.bytes, static_cast<std::uint64_t>(static_cast<double>(tensor.bytes) *
                                                   share_per_token(header, tensor))};
}

void add_weights(const Header& header, Model& model) {
  for (const Tensor& tensor : header.tensors) {
    const std::int64_t block = block_of(tensor);
    const Part part = part_of(header, tensor);
    if (block >= 0 && static_cast<std::uint64_t>(block) < model.blocks.size()) {
      Block& target = model.blocks[static_cast<std::size_t>(block)];
      (holds_experts(tensor) ? target.experts : target.others).add(part);
    } else if (tensor.name == "token_embd.weight") {
      // A tied embedding has a copy on the card for the output.
      model.tables.add({part.bytes, 0});
      if (has_tied_embedding(header)) model.output.add(part);
    } else if (tensor.name.starts_with("output")) {
      model.output.add(part);
    } else {
      model.tables.add(part);
    }
  }
}

Model sum_up(const Header& header, const LoadSettings& settings) {
  const Geometry geometry = read_geometry(header);
  const Cells cells = lay_out(geometry, settings);
  Model model;
  model.blocks.resize(
      std::min<std::uint64_t>(kBlocksMax, ArchitectureKeys(header).number("block_count")));
  add_weights(header, model);
  for (std::size_t i = 0; i < std::min(model.blocks.size(), geometry.layers.size()); ++i) {
    model.blocks[i].cache = layer_cache(geometry, settings, cells, i).total();
  }
  model.compute = compute_bytes(geometry, settings, cells);
  model.input = input_bytes(geometry, settings, cells);
  return model;
}

/// The division of what can be placed.
struct Division {
  Part gpu;
  Part host;
  std::uint64_t gpu_cache = 0;
  std::uint64_t host_cache = 0;
  std::uint64_t gpu_compute = 0;
  std::uint64_t host_compute = 0;

  std::uint64_t gpu_total() const {
    return saturating_add(saturating_add(gpu.bytes, gpu_cache), gpu_compute);
  }
  std::uint64_t host_read() const { return saturating_add(host.read, host_cache); }
};

Division divide(const Model& model, const Placement& placement) {
  const std::uint64_t blocks = model.blocks.size();
  const std::uint64_t first = blocks + 1 - std::min(blocks + 1, placement.gpu_layers);
  Division division;
  division.host = model.tables;
  for (std::uint64_t i = 0; i < blocks; ++i) {
    const Block& block = model.blocks[static_cast<std::size_t>(i)];
    const bool on_gpu = i >= first;
    (on_gpu ? division.gpu : division.host).add(block.others);
    (on_gpu && i >= placement.cpu_moe_layers ? division.gpu : division.host).add(block.experts);
    std::uint64_t& cache = on_gpu ? division.gpu_cache : division.host_cache;
    cache = saturating_add(cache, block.cache);
  }
  // The output counts as the last layer: any layer on the card has it there too.
  (placement.gpu_layers > 0 ? division.gpu : division.host).add(model.output);
  const bool host_computes = first > 0 || placement.cpu_moe_layers > first;
  division.gpu_compute = placement.gpu_layers > 0 ? model.compute : 0;
  division.host_compute = host_computes ? model.compute : model.input;
  return division;
}

bool has_experts(const Model& model) {
  return std::any_of(model.blocks.begin(), model.blocks.end(),
                     [](const Block& block) { return block.experts.bytes > 0; });
}

}  // namespace

std::uint64_t OffloadNeed::gpu_total() const {
  return saturating_add(saturating_add(gpu_weights, gpu_cache),
                        saturating_add(gpu_compute, gpu_overhead));
}

OffloadNeed split_memory(const Header& header, const LoadSettings& settings,
                         const Placement& placement) {
  const Division division = divide(sum_up(header, settings), placement);
  OffloadNeed need;
  need.host = estimate_memory(header, settings);
  need.host_read_per_token = division.host_read();
  if (placement.gpu_layers == 0) return need;
  need.gpu_weights = division.gpu.bytes;
  need.gpu_cache = division.gpu_cache;
  need.gpu_compute = division.gpu_compute;
  need.gpu_overhead = kDriverBytes;
  need.host.weights = division.host.bytes;
  need.host.repacked = 0;
  need.host.released = 0;
  need.host.compute = division.host_compute;
  const Geometry geometry = read_geometry(header);
  const Cells cells = lay_out(geometry, settings);
  const std::uint64_t blocks = offloadable_layers(header) - 1;
  const std::uint64_t first = blocks + 1 - std::min(blocks + 1, placement.gpu_layers);
  need.host.cache = {};
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(first, geometry.layers.size()); ++i) {
    const CacheNeed layer = layer_cache(geometry, settings, cells, static_cast<std::size_t>(i));
    need.host.cache.add(layer);
  }
  return need;
}

std::uint64_t offloadable_layers(const Header& header) {
  const std::uint64_t blocks = ArchitectureKeys(header).number("block_count");
  return std::min<std::uint64_t>(kBlocksMax, blocks) + 1;
}

std::optional<Placement> best_placement(const Header& header, const LoadSettings& settings,
                                        std::uint64_t gpu_memory_bytes) {
  const Model model = sum_up(header, settings);
  const std::uint64_t spare = std::max(kSpareBytesMin, gpu_memory_bytes / kSpareShare);
  const std::uint64_t reserved = saturating_add(spare, kDriverBytes);
  const std::uint64_t room = gpu_memory_bytes - std::min(gpu_memory_bytes, reserved);
  const std::uint64_t layers = model.blocks.size() + 1;
  const std::uint64_t held_back_most = has_experts(model) ? model.blocks.size() : 0;
  std::optional<Placement> best;
  std::uint64_t best_read = ~std::uint64_t{0};
  for (std::uint64_t held_back = 0; held_back <= held_back_most; ++held_back) {
    for (std::uint64_t on_gpu = layers; on_gpu > 0; --on_gpu) {
      const Placement placement{on_gpu, held_back};
      const Division division = divide(model, placement);
      if (division.gpu_total() > room) continue;
      if (division.host_read() < best_read) {
        best = placement;
        best_read = division.host_read();
      }
      break;  // Fewer layers on the card read more from memory.
    }
  }
  return best;
}

std::string placement_flags(const Placement& placement) {
  std::string flags = fmt::format("--gpu-layers {}", placement.gpu_layers);
  if (placement.cpu_moe_layers > 0)
    flags += fmt::format(" --n-cpu-moe {}", placement.cpu_moe_layers);
  return flags;
}

}  // namespace assay::gguf

#include "cli/gguf_estimate_text.h"

#include <fmt/format.h>

#include <ostream>

#include "base/text.h"

namespace assay::cli {
namespace {

using base::human_bytes;
using gguf::Estimate;

/// A line of the table; none for a component that the model does not have.
void print_bytes(base::Context& context, std::string_view name, std::uint64_t bytes,
                 std::string_view meaning) {
  if (bytes == 0) return;
  context.out << fmt::format("  {:<15}{:>10}  {}\n", name, human_bytes(bytes), meaning);
}

std::string count(std::uint64_t parameters) {
  const auto value = static_cast<double>(parameters);
  return value >= 1e9 ? fmt::format("{:.2f} B", value / 1e9) : fmt::format("{:.2f} M", value / 1e6);
}

void print_settings(base::Context& context, const Estimate& estimate) {
  const gguf::LoadSettings& settings = estimate.settings;
  context.out << fmt::format("architecture   {}\n", estimate.architecture);
  context.out << fmt::format("parameters     {}, {} per token\n", count(estimate.parameters.total),
                             count(estimate.parameters.active));
  const std::string slots = settings.unified ? fmt::format("shared by {} slots", settings.slots)
                            : settings.slots == 1
                                ? "in one slot"
                                : fmt::format("in each of {} slots", settings.slots);
  context.out << fmt::format(
      "settings       {} tokens {}, cache {}/{}, micro-batch {}, flash attention {}\n",
      estimate.context_tokens, slots, settings.cache_type_k, settings.cache_type_v,
      settings.micro_batch, settings.flash_attention ? "on" : "off");
}

void print_memory(base::Context& context, const gguf::MemoryNeed& need,
                  std::uint64_t layers_shared) {
  context.out << "memory\n";
  print_bytes(context, "weights", need.weights, "mapped from the file; can be dropped when short");
  print_bytes(context, "repacked", need.repacked, "copied for this processor (--no-repack)");
  print_bytes(context, "KV full", need.cache.full, "layers that see the whole context");
  print_bytes(context, "KV windowed", need.cache.windowed, "layers with a sliding window");
  print_bytes(context, "KV latent", need.cache.latent, "compressed keys");
  print_bytes(context, "KV recurrent", need.cache.recurrent, "state of each slot");
  print_bytes(context, "compute", need.compute, "activations of one micro-batch");
  print_bytes(context, "output", need.output, "logits");
  print_bytes(context, "checkpoints", need.checkpoints, "of windows and states, two a slot");
  print_bytes(context, "overhead", need.overhead, "the server and its vocabulary");
  print_bytes(context, "resident", need.total(),
              need.loading() > need.serving() ? "the most at once, which is at the end of loading"
                                              : "all of it, less what is unmapped after loading");
  print_bytes(context, "can grow by", need.can_grow, "further checkpoints and kept prompts");
  if (layers_shared > 0) {
    context.out << fmt::format("  {} layers reuse another one's cache\n", layers_shared);
  }
}

void print_placement(base::Context& context, const gguf::PlacedEstimate& placed) {
  context.out << fmt::format("graphics card  llama-server {}\n",
                             gguf::placement_flags(placed.placement));
  print_bytes(context, "weights", placed.need.gpu_weights, "on the card");
  print_bytes(context, "KV", placed.need.gpu_cache, "on the card");
  print_bytes(context, "compute", placed.need.gpu_compute, "on the card");
  print_bytes(context, "driver", placed.need.gpu_overhead, "allowance, not measured");
  print_bytes(context, "together", placed.need.gpu_total(), "on the card");
  print_bytes(context, "read per token", placed.need.host_read_per_token,
              "from the processor's memory; the placement with least was chosen");
}

void print_fit(base::Context& context, const Estimate& estimate) {
  const gguf::Fit& fit = estimate.fit;
  const std::string available =
      fmt::format("{} available, {} to stay free", human_bytes(estimate.available_bytes),
                  human_bytes(fit.margin));
  if (fit.fits) {
    context.out << fmt::format("fits           {}\n", available);
  } else if (fit.barely) {
    context.out << fmt::format("does not fit   barely: {} short of the margin ({})\n",
                               human_bytes(fit.missing), available);
  } else {
    context.out << fmt::format("does not fit   {} too much ({})\n", human_bytes(fit.missing),
                               available);
  }
  const std::uint64_t repacked = estimate.need.repacked;
  if (!fit.fits && repacked > 0) {
    context.out << fmt::format("  --no-repack    would need {} less, and be slower\n",
                               human_bytes(repacked));
  }
  if (estimate.placed) return;
  if (estimate.context_most > 0) {
    context.out << fmt::format("  at most      {} tokens of context in all, or {} slots as large\n",
                               estimate.context_most, estimate.slots_most);
  } else {
    context.out << "  at most      not even the smallest context fits\n";
  }
}

void print_range(base::Context& context, std::string_view name, const gguf::Range& range,
                 std::string_view unit) {
  if (range.value <= 0) return;
  context.out << fmt::format("  {:<24}{:>8.1f} {:<9} {:.1f} to {:.1f}\n", name, range.value, unit,
                             range.low, range.high);
}

void print_speed(base::Context& context, const Estimate& estimate) {
  if (!estimate.speed || estimate.speed->decode_tps.value <= 0) {
    context.out << "speed unknown: this machine was not measured; run `assay scope`\n";
    return;
  }
  context.out << "speed\n";
  print_range(context, "decode, empty context", estimate.speed->decode_tps, "tokens/s");
  print_range(context, fmt::format("decode at {}", estimate.depth_tokens),
              estimate.speed->decode_tps_at_depth, "tokens/s");
  print_range(context, fmt::format("prefill of {}", estimate.prompt_tokens),
              estimate.speed->prefill_tps, "tokens/s");
  print_range(context, "first token after it", estimate.speed->ttft_ms, "ms");
}

}  // namespace

void print_estimate(base::Context& context, const Estimate& estimate) {
  print_settings(context, estimate);
  if (!estimate.known) {
    context.out << "               this architecture is not known: its cache is estimated from "
                   "above, as if\n               every layer saw the whole context\n";
  }
  print_memory(context, estimate.need, estimate.layers_shared);
  if (estimate.placed) print_placement(context, *estimate.placed);
  print_fit(context, estimate);
  print_speed(context, estimate);
}

}  // namespace assay::cli

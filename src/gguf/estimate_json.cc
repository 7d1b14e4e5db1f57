#include "gguf/estimate_json.h"

namespace assay::gguf {
namespace {

using base::Json;

Json range_json(const Range& range) {
  if (range.value <= 0) return nullptr;
  return {{"value", range.value}, {"low", range.low}, {"high", range.high}};
}

Json settings_json(const LoadSettings& settings) {
  return {{"slots", settings.slots},
          {"unified", settings.unified},
          {"cache_type_k", settings.cache_type_k},
          {"cache_type_v", settings.cache_type_v},
          {"micro_batch", settings.micro_batch},
          {"flash_attention", settings.flash_attention},
          {"repack", settings.repack}};
}

Json placed_json(const PlacedEstimate& placed) {
  return {{"gpu_layers", placed.placement.gpu_layers},
          {"cpu_moe_layers", placed.placement.cpu_moe_layers},
          {"flags", placement_flags(placed.placement)},
          {"gpu_bytes", placed.need.gpu_total()},
          {"gpu_weights_bytes", placed.need.gpu_weights},
          {"gpu_kv_bytes", placed.need.gpu_cache},
          {"gpu_compute_bytes", placed.need.gpu_compute},
          {"gpu_overhead_bytes", placed.need.gpu_overhead},
          {"host_read_per_token_bytes", placed.need.host_read_per_token}};
}

void add_speed(Json& record, const Estimate& estimate) {
  for (const char* key : {"decode_tps", "decode_tps_at_depth", "prefill_tps", "ttft_ms"}) {
    record[key] = nullptr;
  }
  record["depth_tokens"] = estimate.depth_tokens;
  record["prompt_tokens"] = estimate.prompt_tokens;
  if (!estimate.speed) return;
  record["decode_tps"] = range_json(estimate.speed->decode_tps);
  record["decode_tps_at_depth"] = range_json(estimate.speed->decode_tps_at_depth);
  record["prefill_tps"] = range_json(estimate.speed->prefill_tps);
  record["ttft_ms"] = range_json(estimate.speed->ttft_ms);
}

}  // namespace

Json memory_json(const MemoryNeed& need) {
  return {{"weights_bytes", need.weights},
          {"repack_bytes", need.repacked},
          {"kv_bytes", need.cache.total()},
          {"kv",
           {{"full", need.cache.full},
            {"windowed", need.cache.windowed},
            {"latent", need.cache.latent},
            {"recurrent", need.cache.recurrent}}},
          {"compute_bytes", need.compute},
          {"output_bytes", need.output},
          {"checkpoint_bytes", need.checkpoints},
          {"overhead_bytes", need.overhead},
          {"released_bytes", need.released},
          {"loading_bytes", need.loading()},
          {"resident_bytes", need.total()},
          {"can_grow_bytes", need.can_grow}};
}

Json estimate_json(const Estimate& estimate) {
  Json record = memory_json(estimate.need);
  record["architecture"] = estimate.architecture;
  record["architecture_known"] = estimate.known;
  record["settings"] = settings_json(estimate.settings);
  record["context_per_slot"] = estimate.context_tokens;
  record["shared_layers"] = estimate.layers_shared;
  record["parameters_total"] = estimate.parameters.total;
  record["parameters_active"] = estimate.parameters.active;
  record["available_bytes"] = estimate.available_bytes;
  record["margin_bytes"] = estimate.fit.margin;
  record["fits"] = estimate.fit.fits;
  record["barely"] = estimate.fit.barely;
  record["missing_bytes"] = estimate.fit.missing;
  record["max_ctx"] = estimate.context_most;
  record["max_slots"] = estimate.slots_most;
  record["offload"] = estimate.placed ? placed_json(*estimate.placed) : Json();
  add_speed(record, estimate);
  return record;
}

}  // namespace assay::gguf

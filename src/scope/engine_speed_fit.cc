#include "scope/engine_speed_fit.h"

#include <algorithm>
#include <cmath>

#include "gguf/speed_work.h"

namespace assay::scope {
namespace {

using gguf::CacheSpeed;
using gguf::MachineSpeed;
using gguf::TypeSpeed;

/// Overheads and rates depend on each other a little; they settle at once.
constexpr int kRounds = 4;

double bytes_of(const std::vector<gguf::TypeWork>& work) {
  double bytes = 0;
  for (const gguf::TypeWork& type : work) bytes += type.bytes;
  return bytes;
}

double products_of(const std::vector<gguf::TypeWork>& work) {
  double products = 0;
  for (const gguf::TypeWork& type : work) products += type.products;
  return products;
}

/// 0 where noise left nothing to divide by.
double rate(double amount, double seconds) { return seconds > 0 ? amount / seconds : 0; }

/// What one product and one score cost, from two probes with different shares of them.
struct AttentionCost {
  double product_s = 0;
  double score_s = 0;
};

AttentionCost solve(const gguf::AttentionWork& first, double first_s,
                    const gguf::AttentionWork& second, double second_s) {
  const double determinant = first.products * second.scores - second.products * first.scores;
  AttentionCost cost{std::max(0.0, first_s) / std::max(1.0, first.products), 0};
  if (determinant == 0) return cost;
  const double product_s = (first_s * second.scores - second_s * first.scores) / determinant;
  const double score_s = (second_s * first.products - first_s * second.products) / determinant;
  // Noise: one of the two explains everything then, as the long heads show it.
  if (product_s <= 0 || score_s <= 0) return cost;
  return {product_s, score_s};
}

/// What one product beside whole vectors costs, when the others' costs are known.
double odd_cost(const gguf::AttentionWork& work, double seconds, const AttentionCost& known) {
  const double rest = seconds - work.products * known.product_s - work.scores * known.score_s;
  return work.odd_products > 0 ? std::max(0.0, rest) / work.odd_products : 0;
}

CacheSpeed fit_cache(const CacheReadings& readings) {
  const AttentionReading& longer = readings.long_heads;
  const AttentionReading& shorter = readings.short_heads;
  const auto long_work = gguf::attention_work(longer.empty.header, longer.cells);
  const auto short_work = gguf::attention_work(shorter.empty.header, shorter.cells);
  const AttentionCost token = solve(long_work, longer.token_s - longer.empty.token_s, short_work,
                                    shorter.token_s - shorter.empty.token_s);
  const AttentionCost row =
      solve(long_work, (longer.prompt_s - longer.empty.prompt_s) / longer.empty.rows, short_work,
            (shorter.prompt_s - shorter.empty.prompt_s) / shorter.empty.rows);
  const AttentionReading& odd = readings.odd_heads;
  const auto odd_work = gguf::attention_work(odd.empty.header, odd.cells);
  CacheSpeed speed;
  speed.type = readings.type;
  speed.decode_flops = rate(2, token.product_s);
  speed.decode_score_s = token.score_s;
  speed.decode_odd_s = odd_cost(odd_work, odd.token_s - odd.empty.token_s, token);
  speed.prefill_flops = rate(2, row.product_s);
  speed.prefill_score_s = row.score_s;
  speed.prefill_odd_s =
      odd_cost(odd_work, (odd.prompt_s - odd.empty.prompt_s) / odd.empty.rows, row);
  speed.spread = longer.empty.spread;
  return speed;
}

/// Seconds of a probe's prompt that are not multiplications with its weights.
double beside_products(const ProbeReading& probe, const MachineSpeed& machine, double read_rate) {
  const gguf::LayerWork layers = gguf::layer_work(probe.header);
  const double bytes = bytes_of(gguf::prompt_work(probe.header, probe.rows)) +
                       bytes_of(gguf::prompt_end_work(probe.header));
  double seconds =
      rate(bytes, read_rate) +
      layers.layers * (machine.layer_overhead_s + probe.rows * machine.row_overhead_s) +
      probe.rows * layers.activations * machine.element_overhead_s;
  if (!machine.caches.empty()) {
    const CacheSpeed& cache = machine.caches.front();
    const auto attention = gguf::prompt_attention_work(probe.header, probe.rows);
    seconds += rate(2 * attention.products, cache.prefill_flops) +
               attention.odd_products * cache.prefill_odd_s +
               attention.scores * cache.prefill_score_s;
  }
  return seconds;
}

double prompt_flops(const ProbeReading& probe) {
  return 2 * products_of(gguf::prompt_work(probe.header, probe.rows));
}

TypeSpeed fit_type(const WeightsReading& weights, const MachineSpeed& machine) {
  const ProbeReading& probe = weights.probe;
  const double layers = gguf::layer_work(probe.header).layers;
  TypeSpeed speed;
  speed.type = weights.type;
  speed.spread = probe.spread;
  speed.decode_bytes_per_s = rate(bytes_of(gguf::token_work(probe.header)),
                                  probe.token_s - layers * machine.layer_overhead_s);
  speed.prefill_flops =
      rate(prompt_flops(probe),
           probe.prompt_s - beside_products(probe, machine, speed.decode_bytes_per_s));
  return speed;
}

/// Over a prompt of a mixture, whose dense part goes at the type's known speed.
void fit_experts(const WeightsReading& mixture, const MachineSpeed& machine, TypeSpeed& speed) {
  const ProbeReading& probe = mixture.probe;
  double dense = 0;
  double experts = 0;
  for (const gguf::TypeWork& work : gguf::prompt_work(probe.header, probe.rows)) {
    dense += work.products - work.expert_products;
    experts += work.expert_products;
  }
  const double beside = beside_products(probe, machine, speed.decode_bytes_per_s);
  speed.expert_flops =
      rate(2 * experts, probe.prompt_s - beside - rate(2 * dense, speed.prefill_flops));
}

double half_precision_flops(const MachineSpeed& machine) {
  for (const TypeSpeed& type : machine.types) {
    if (type.type == "F16") return type.prefill_flops;
  }
  return 0;
}

/// What the cached and the narrow probe's prompts take beside everything known, per row and
/// element.
void fit_rows(const SpeedReadings& readings, MachineSpeed& machine) {
  const double flops = half_precision_flops(machine);
  const ProbeReading& narrow = readings.narrow;
  const gguf::LayerWork narrow_layers = gguf::layer_work(narrow.header);
  machine.row_overhead_s = 0;
  const double narrow_rest = narrow.prompt_s - rate(prompt_flops(narrow), flops) -
                             beside_products(narrow, machine, machine.cached_bytes_per_s);
  machine.row_overhead_s = std::max(0.0, rate(narrow_rest, narrow.rows * narrow_layers.layers));
  const ProbeReading& cached = readings.cached;
  machine.element_overhead_s = 0;
  const double cached_rest = cached.prompt_s - rate(prompt_flops(cached), flops) -
                             beside_products(cached, machine, machine.cached_bytes_per_s);
  machine.element_overhead_s =
      std::max(0.0, rate(cached_rest, cached.rows * gguf::layer_work(cached.header).activations));
}

void fit_server(const SpeedReadings& readings, MachineSpeed& machine) {
  const ServerReading& server = readings.server;
  machine.token_overhead_s = std::max(0.0, server.token_s - readings.served.token_s);
  const double sampling =
      server.wide_token_s - readings.wide_vocabulary.token_s - machine.token_overhead_s;
  const double vocabulary = gguf::layer_work(readings.wide_vocabulary.header).vocabulary;
  machine.vocabulary_overhead_s = std::max(0.0, rate(sampling, vocabulary));
  machine.request_overhead_s = std::max(0.0, server.request_s);
}

}  // namespace

MachineSpeed fit_machine_speed(const SpeedReadings& readings) {
  MachineSpeed machine;
  for (const CacheReadings& cache : readings.caches) {
    const CacheSpeed speed = fit_cache(cache);
    if (speed.decode_flops > 0 && speed.prefill_flops > 0) machine.caches.push_back(speed);
  }
  const ProbeReading& narrow = readings.narrow;
  machine.layer_overhead_s = rate(narrow.token_s, gguf::layer_work(narrow.header).layers);
  const ProbeReading& cached = readings.cached;
  machine.cached_bytes_per_s =
      rate(bytes_of(gguf::token_work(cached.header)),
           cached.token_s - gguf::layer_work(cached.header).layers * machine.layer_overhead_s);
  for (int round = 0; round < kRounds; ++round) {
    machine.types.clear();
    for (const WeightsReading& weights : readings.weights) {
      TypeSpeed speed = fit_type(weights, machine);
      for (const WeightsReading& mixture : readings.experts) {
        if (mixture.type == weights.type) fit_experts(mixture, machine, speed);
      }
      if (speed.decode_bytes_per_s > 0 && speed.prefill_flops > 0) machine.types.push_back(speed);
    }
    fit_rows(readings, machine);
  }
  fit_server(readings, machine);
  return machine;
}

}  // namespace assay::scope

#include "gguf/speed.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "gguf/estimate_weights.h"
#include "gguf/quantization.h"
#include "gguf/speed_work.h"

namespace assay::gguf {
namespace {

/// What the model itself may be wrong by, beside the spread of the readings it rests on.
constexpr double kModelDoubt = 0.1;
/// A type that was not measured, and a file that runs without the copy it was measured with.
constexpr double kOtherTypeDoubt = 0.3;
/// A KV cache whose type was not measured, and attention without its fused form.
constexpr double kOtherCacheDoubt = 0.5;
constexpr double kMillisecondsPerSecond = 1000;
/// Longer prompts than any model takes are cut, so that no header makes the sum long or infinite.
constexpr std::uint64_t kTokensMax = std::uint64_t{1} << 30U;
/// Tokens that the server processes on their own at a prompt's end where it keeps a checkpoint of
/// a cache that cannot be rolled back. Source: llama.cpp 0.5.0, tools/server.
constexpr double kCheckpointRows = 4;

/// Seconds, and by how many of them they may be wrong.
struct Duration {
  double seconds = 0;
  double doubt = 0;

  void add(double more, double relative_doubt) {
    if (!std::isfinite(more) || more <= 0) return;
    seconds += more;
    doubt += more * relative_doubt;
  }
  void add(const Duration& other, double times = 1) {
    seconds += other.seconds * times;
    doubt += other.doubt * times;
  }
};

struct Rate {
  double decode_bytes_per_s = 0;
  double prefill_flops = 0;
  double expert_flops = 0;
  double doubt = 0;
};

/// 0 where nothing was measured to divide by.
double quotient(double amount, double per_second) {
  return per_second > 0 ? amount / per_second : 0;
}

double bytes_per_element(const TensorType& type) {
  return static_cast<double>(type.block_bytes) / static_cast<double>(type.block_elements);
}

/// The speeds of a machine as a model with these settings finds them.
class Rates {
 public:
  Rates(const Header& header, const LoadSettings& settings, const MachineSpeed& machine)
      : settings_(settings), machine_(machine) {
    for (const Tensor& tensor : header.tensors) {
      if (settings.repack || repacked_bytes(header, tensor, settings.simd) == 0) continue;
      left_as_they_are_.insert(tensor.type);
    }
    // A model that shares the last-level cache with everything else keeps half of it at best.
    in_cache_ = header.weight_bytes() <= machine.cache_bytes / 2;
  }

  Rate of(std::uint32_t type_id) const {
    const TensorType* type = find_tensor_type(type_id);
    if (type == nullptr) return {};
    const TypeSpeed* nearest = nullptr;
    double distance = 0;
    for (const TypeSpeed& speed : machine_.types) {
      const TensorType* measured = find_tensor_type(speed.type);
      if (measured == nullptr || speed.decode_bytes_per_s <= 0 || speed.prefill_flops <= 0)
        continue;
      const double ratio =
          std::abs(std::log(bytes_per_element(*measured) / bytes_per_element(*type)));
      const double away = measured == type ? -1 : ratio;
      if (nearest != nullptr && away >= distance) continue;
      nearest = &speed;
      distance = away;
    }
    if (nearest == nullptr) return {};
    const bool is_as_measured = distance < 0 && left_as_they_are_.count(type_id) == 0;
    return {in_cache_ ? cached(nearest->decode_bytes_per_s) : nearest->decode_bytes_per_s,
            nearest->prefill_flops, nearest->expert_flops,
            nearest->spread + (is_as_measured ? 0 : kOtherTypeDoubt)};
  }

  /// The slower of the two caches decides.
  CacheSpeed attention() const {
    const CacheSpeed key = cache(settings_.cache_type_k);
    const CacheSpeed value = cache(settings_.cache_type_v);
    CacheSpeed slower = key.decode_flops < value.decode_flops ? key : value;
    if (!settings_.flash_attention) slower.spread += kOtherCacheDoubt;
    return slower;
  }

 private:
  /// Every type saves the same time for a byte that need not come from memory, which was measured
  /// with F16; what unpacking costs stays.
  double cached(double bytes_per_s) const {
    for (const TypeSpeed& speed : machine_.types) {
      if (speed.type != "F16" || machine_.cached_bytes_per_s <= speed.decode_bytes_per_s) continue;
      const double saved = quotient(1, speed.decode_bytes_per_s) - 1 / machine_.cached_bytes_per_s;
      const double left = 1 / bytes_per_s - saved;
      return left > 0 ? std::min(1 / left, machine_.cached_bytes_per_s)
                      : machine_.cached_bytes_per_s;
    }
    return bytes_per_s;
  }

  CacheSpeed cache(std::string_view type) const {
    for (const CacheSpeed& speed : machine_.caches) {
      if (speed.type == type) return speed;
    }
    if (machine_.caches.empty()) return {};
    // Those that are not measured are unpacked like q8_0, the last row, not read like f16.
    CacheSpeed last = machine_.caches.back();
    last.spread += kOtherCacheDoubt;
    return last;
  }

  const LoadSettings& settings_;
  const MachineSpeed& machine_;
  std::set<std::uint32_t> left_as_they_are_;  ///< Types measured rearranged, which run without.
  bool in_cache_ = false;
};

/// Adds up the work of one model on one machine.
class Stopwatch {
 public:
  Stopwatch(const Header& header, const LoadSettings& settings, const MachineSpeed& machine)
      : header_(header),
        settings_(settings),
        machine_(machine),
        rates_(header, settings, machine),
        attention_(rates_.attention()),
        layers_(layer_work(header)),
        micro_batch_(static_cast<double>(std::max<std::uint64_t>(1, settings.micro_batch))) {}

  /// One generated token behind `depth` others.
  Duration token(double depth) const {
    Duration sum = reading(token_work(header_));
    sum.add(machine_.token_overhead_s + layers_.vocabulary * machine_.vocabulary_overhead_s +
                layers_.layers * machine_.layer_overhead_s,
            0);
    // Heads that share keys read them again each: arithmetic is what it costs, memory at least.
    const AttentionWork attention = attention_work(header_, depth);
    const double arithmetic = quotient(2 * attention.products, attention_.decode_flops) +
                              attention.odd_products * attention_.decode_odd_s +
                              attention.scores * attention_.decode_score_s;
    const double memory = over_memory(cache_bytes_read(header_, settings_, depth));
    sum.add(std::max(arithmetic, memory), attention_.spread);
    sum.add(over_memory(layers_.state_bytes), 0);
    return sum;
  }

  /// A prompt of `tokens`, nothing cached.
  Duration prompt(double tokens) const {
    Duration sum;
    const double batches = std::floor(tokens / micro_batch_);
    const double rest = tokens - batches * micro_batch_;
    if (batches > 0) sum.add(micro_batch(micro_batch_), batches);
    if (rest > 0) sum.add(micro_batch(rest));
    sum.add(reading(prompt_end_work(header_)));
    const AttentionWork attention = prompt_attention_work(header_, tokens);
    sum.add(quotient(2 * attention.products, attention_.prefill_flops) +
                attention.odd_products * attention_.prefill_odd_s +
                attention.scores * attention_.prefill_score_s,
            attention_.spread);
    if (layers_.checkpointed) sum.add(micro_batch(std::min(tokens, kCheckpointRows)));
    return sum;
  }

 private:
  Duration reading(const std::vector<TypeWork>& work) const {
    Duration sum;
    for (const TypeWork& type : work) {
      const Rate rate = rates_.of(type.type);
      sum.add(quotient(type.bytes, rate.decode_bytes_per_s), rate.doubt);
    }
    return sum;
  }

  double over_memory(double bytes) const { return quotient(bytes, machine_.read_bytes_per_s); }

  Duration micro_batch(double rows) const {
    const std::vector<TypeWork> work = prompt_work(header_, rows);
    Duration sum = reading(work);
    for (const TypeWork& type : work) {
      const Rate rate = rates_.of(type.type);
      const double dense = type.products - type.expert_products;
      sum.add(quotient(2 * dense, rate.prefill_flops), rate.doubt);
      const bool was_measured = rate.expert_flops > 0;
      sum.add(
          quotient(2 * type.expert_products, was_measured ? rate.expert_flops : rate.prefill_flops),
          rate.doubt + (was_measured ? 0 : kOtherTypeDoubt));
    }
    sum.add(layers_.layers * (machine_.layer_overhead_s + rows * machine_.row_overhead_s) +
                rows * layers_.activations * machine_.element_overhead_s,
            0);
    return sum;
  }

  const Header& header_;
  const LoadSettings& settings_;
  const MachineSpeed& machine_;
  Rates rates_;
  CacheSpeed attention_;
  LayerWork layers_;
  double micro_batch_;
};

/// `amount` ÷ the duration.
Range per_second(double amount, const Duration& duration) {
  if (duration.seconds <= 0) return {};
  const double doubt = std::min(0.9, duration.doubt / duration.seconds + kModelDoubt);
  const double value = amount / duration.seconds;
  return {value, value / (1 + doubt), value / (1 - doubt)};
}

Range milliseconds(const Duration& duration) {
  const Range rate = per_second(1, duration);
  if (rate.value <= 0) return {};
  return {kMillisecondsPerSecond / rate.value, kMillisecondsPerSecond / rate.high,
          kMillisecondsPerSecond / rate.low};
}

}  // namespace

SpeedEstimate estimate_speed(const Header& header, const LoadSettings& settings,
                             const MachineSpeed& machine, std::uint64_t depth,
                             std::uint64_t prompt_tokens) {
  SpeedEstimate estimate;
  if (machine.types.empty()) return estimate;
  const Stopwatch stopwatch(header, settings, machine);
  const auto prompt = static_cast<double>(std::min(prompt_tokens, kTokensMax));
  estimate.decode_tps = per_second(1, stopwatch.token(0));
  estimate.decode_tps_at_depth =
      per_second(1, stopwatch.token(static_cast<double>(std::min(depth, kTokensMax))));
  if (prompt < 1) return estimate;
  Duration first = stopwatch.prompt(prompt);
  estimate.prefill_tps = per_second(prompt, first);
  first.add(machine.request_overhead_s + machine.token_overhead_s, 0);
  estimate.ttft_ms = milliseconds(first);
  return estimate;
}

}  // namespace assay::gguf

#include "gguf/speed.h"

#include <algorithm>

#include "gguf/parameters.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

const TypeSpeed* find_type(const MachineSpeed& machine, std::string_view name) {
  const auto found = std::find_if(machine.types.begin(), machine.types.end(),
                                  [&](const TypeSpeed& speed) { return speed.type == name; });
  return found == machine.types.end() ? nullptr : &*found;
}

}  // namespace

SpeedEstimate estimate_speed(const Header& header, const LoadSettings& /*settings*/,
                             const MachineSpeed& machine, std::uint64_t /*depth*/,
                             std::uint64_t /*prompt_tokens*/) {
  SpeedEstimate estimate;
  double seconds = 0;
  for (const Tensor& tensor : header.tensors) {
    const TensorType* type = find_tensor_type(tensor.type);
    const TypeSpeed* speed = type == nullptr ? nullptr : find_type(machine, type->name);
    if (speed == nullptr || speed->decode_bytes_per_s <= 0) continue;
    seconds += static_cast<double>(tensor.bytes) * share_per_token(header, tensor) /
               speed->decode_bytes_per_s;
  }
  if (seconds <= 0) return estimate;
  estimate.decode_tps = {1 / seconds, 0.85 / seconds, 1.15 / seconds};
  estimate.decode_tps_at_depth = estimate.decode_tps;
  return estimate;
}

}  // namespace assay::gguf

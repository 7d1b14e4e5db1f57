// Calibrates once and predicts models, for speed_prediction.py: one JSON object per line.
//   speed_probe calibrate FOLDER READ_BYTES_PER_S CACHE_BYTES > speed.json
//   speed_probe hollow SHAPE QUANTIZATION FILE LAYERS (0: all)
//   speed_probe predict speed.json MODEL DEPTH PROMPT CACHE_TYPE
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <span>

#include "base/file.h"
#include "endpoint/engine.h"
#include "gguf/hollow.h"
#include "gguf/model_table.h"
#include "gguf/speed_json.h"
#include "scope/engine_speed.h"

namespace {

using namespace assay;

base::Context outside(base::Interrupt& interrupt) {
  base::Context context{
      base::system_clock(), interrupt, std::cin, std::cout, std::cerr, {}, {}, {}};
  for (const char* name : {"HOME", "PATH", "ASSAY_LLAMA_SERVER", "XDG_CACHE_HOME"}) {
    if (const char* value = std::getenv(name)) context.environment.emplace(name, value);
  }
  return context;
}

base::Status calibrate(std::span<char*> arguments) {
  base::Interrupt interrupt;
  const base::Context context = outside(interrupt);
  ASSAY_TRY(const endpoint::Engine engine, endpoint::find_engine(context));
  scope::EngineSpeedRequest request;
  request.folder = arguments[0];
  request.read_bytes_per_s = std::strtod(arguments[1], nullptr);
  request.cache_bytes = std::strtoull(arguments[2], nullptr, 10);
  request.progress = [](std::string_view what, int done, int steps) {
    fmt::print(stderr, "{}/{} {}\n", done, steps, what);
  };
  ASSAY_TRY(const gguf::MachineSpeed speed, scope::measure_engine_speed(context, engine, request));
  fmt::print("{}\n", base::dump_json(gguf::to_json(speed)));
  return base::Done{};
}

/// Fewer layers of the same width: the same speed per layer in less memory.
void keep_layers(gguf::ModelShape& shape, std::uint64_t layers) {
  shape.metadata["block_count"] = layers;
  for (auto& [key, value] : shape.metadata) {
    auto* array = std::get_if<gguf::Array>(&value);
    if (array == nullptr || array->head.size() <= layers) continue;
    array->head.resize(layers);
    array->length = layers;
  }
}

base::Status hollow(std::span<char*> arguments) {
  auto shape = gguf::known_shape(arguments[0]);
  if (!shape) return base::bad_input(fmt::format("no shape {}", arguments[0]));
  const std::uint64_t layers = std::strtoull(arguments[3], nullptr, 10);
  if (layers > 0) keep_layers(*shape, layers);
  ASSAY_TRY(const gguf::HollowFile file, gguf::write_hollow(*shape, arguments[1], arguments[2]));
  fmt::print("{}\n", base::dump_json(base::Json{{"file_bytes", file.file_bytes}}));
  return base::Done{};
}

base::Status predict(std::span<char*> arguments) {
  ASSAY_TRY(const std::string text, base::read_file(arguments[0]));
  ASSAY_TRY(const base::Json json, base::parse_json(text));
  ASSAY_TRY(const gguf::MachineSpeed machine, gguf::machine_speed_from_json(json));
  ASSAY_TRY(const gguf::Header header, gguf::read_header(arguments[1]));
  gguf::LoadSettings settings;
  settings.cache_type_k = settings.cache_type_v = arguments[4];
  const gguf::SpeedEstimate estimate =
      gguf::estimate_speed(header, settings, machine, std::strtoull(arguments[2], nullptr, 10),
                           std::strtoull(arguments[3], nullptr, 10));
  base::Json out;
  out["decode_tps"] = gguf::to_json(estimate.decode_tps);
  out["decode_tps_at_depth"] = gguf::to_json(estimate.decode_tps_at_depth);
  out["prefill_tps"] = gguf::to_json(estimate.prefill_tps);
  out["ttft_ms"] = gguf::to_json(estimate.ttft_ms);
  fmt::print("{}\n", base::dump_json(out));
  return base::Done{};
}

base::Status run(std::span<char*> arguments) {
  const std::string_view verb = arguments.empty() ? "" : arguments[0];
  if (verb == "calibrate" && arguments.size() == 4) return calibrate(arguments.subspan(1));
  if (verb == "hollow" && arguments.size() == 5) return hollow(arguments.subspan(1));
  if (verb == "predict" && arguments.size() == 6) return predict(arguments.subspan(1));
  return base::usage_error("expected calibrate, hollow or predict with their arguments");
}

}  // namespace

int main(int count, char** arguments) {
  const base::Status status = run(std::span(arguments, static_cast<std::size_t>(count)).subspan(1));
  if (status.has_value()) return 0;
  fmt::print(stderr, "{}\n", status.error().to_string());
  return 1;
}

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <ostream>

#include "base/json.h"
#include "cli/gguf_correction.h"
#include "cli/gguf_estimate_text.h"
#include "cli/gguf_verbs.h"
#include "cli/model_source.h"
#include "endpoint/engine.h"
#include "endpoint/guest_learning.h"
#include "gguf/estimate_json.h"
#include "host/machine.h"
#include "host/memory.h"
#include "scope/scope.h"

namespace assay::cli {
namespace {

constexpr int kSlotsAuto = 4;  ///< What llama-server takes by itself, on a unified cache.
constexpr std::uint64_t kPromptStoreBytes = std::uint64_t{8} << 30U;  ///< Its --cache-ram.
constexpr std::uint64_t kPromptTokens = 512;

struct EstimateArguments {
  ModelArgument model;
  std::int64_t context_tokens = 0;
  int slots = 0;  ///< 0: left to llama-server.
  std::string cache_type_k = "f16";
  std::string cache_type_v = "f16";
  std::int64_t micro_batch = 512;
  std::string flash_attention = "on";
  std::int64_t gpu_layers = -1;      ///< -1: not given.
  std::int64_t cpu_moe_layers = -1;  ///< The same.
  std::string gpu_memory;            ///< Empty: not given.
  std::string memory;                ///< Empty: this machine's.
  std::int64_t prompt_tokens = kPromptTokens;
  std::int64_t depth_tokens = -1;  ///< -1: a full slot.
  bool no_repack = false;
  bool json = false;
};

/// "24GiB", "24G", "512 MiB", "25769803776"; units are powers of 1,024.
base::Result<std::uint64_t> parse_bytes(std::string_view option, const std::string& text) {
  const auto wrong = [&] {
    return base::usage_error(fmt::format("expected {} to be a size, found \"{}\"", option, text),
                             "give bytes, or a number with MiB or GiB: 24GiB");
  };
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || !(number >= 0)) return wrong();
  std::string unit(stop, end);
  unit.erase(0, std::min(unit.find_first_not_of(' '), unit.size()));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  int shift = -1;
  if (unit.empty() || unit == "b") shift = 0;
  if (unit == "k" || unit == "kib") shift = 10;
  if (unit == "m" || unit == "mib") shift = 20;
  if (unit == "g" || unit == "gib") shift = 30;
  if (unit == "t" || unit == "tib") shift = 40;
  const double bytes = std::ldexp(number, std::max(shift, 0));
  if (shift < 0 || bytes > 9e18) return wrong();
  return static_cast<std::uint64_t>(bytes);
}

base::Status check_not_negative(std::string_view option, std::int64_t value, std::int64_t least) {
  if (value >= least) return base::Done{};
  return base::usage_error(fmt::format("expected {} to be at least {}, found {}", option,
                                       std::max<std::int64_t>(0, least), value));
}

base::Result<gguf::LoadSettings> load_settings(const base::Context& context,
                                               const EstimateArguments& arguments) {
  ASSAY_TRY_DONE(check_not_negative("--ctx", arguments.context_tokens, 0));
  ASSAY_TRY_DONE(check_not_negative("--slots", arguments.slots, 0));
  ASSAY_TRY_DONE(check_not_negative("--ubatch", arguments.micro_batch, 1));
  ASSAY_TRY_DONE(check_not_negative("--prompt", arguments.prompt_tokens, 1));
  ASSAY_TRY_DONE(check_not_negative("--depth", arguments.depth_tokens, -1));
  ASSAY_TRY_DONE(check_not_negative("--gpu-layers", arguments.gpu_layers, -1));
  ASSAY_TRY_DONE(check_not_negative("--n-cpu-moe", arguments.cpu_moe_layers, -1));
  gguf::LoadSettings settings;
  settings.context_tokens = static_cast<std::uint64_t>(arguments.context_tokens);
  settings.slots = arguments.slots > 0 ? arguments.slots : kSlotsAuto;
  settings.unified = arguments.slots == 0;
  settings.cache_type_k = arguments.cache_type_k;
  settings.cache_type_v = arguments.cache_type_v;
  settings.micro_batch = static_cast<std::uint64_t>(arguments.micro_batch);
  settings.flash_attention = arguments.flash_attention != "off";
  settings.repack = !arguments.no_repack;
  settings.simd = host::read_machine(context.home).simd;
  settings.prompt_store_bytes = kPromptStoreBytes;
  ASSAY_TRY_DONE(gguf::check_load_settings(settings));
  return settings;
}

base::Result<std::uint64_t> available_bytes(const EstimateArguments& arguments) {
  if (!arguments.memory.empty()) return parse_bytes("--memory", arguments.memory);
  ASSAY_TRY(const host::MemoryFacts memory, host::read_memory());
  return memory.available;
}

/// The placement asked for: layers given, else the best one for a card's memory; none without
/// either.
base::Result<std::optional<gguf::PlacedEstimate>> place(const EstimateArguments& arguments,
                                                        const gguf::Header& header,
                                                        const gguf::LoadSettings& settings) {
  std::optional<gguf::Placement> placement;
  if (arguments.cpu_moe_layers >= 0 && arguments.gpu_layers < 0) {
    return base::usage_error(
        "--n-cpu-moe says which layers on a graphics card keep their experts "
        "in memory, and none was put there",
        "give --gpu-layers too");
  }
  if (arguments.gpu_layers >= 0) {
    placement = gguf::Placement{
        std::min(static_cast<std::uint64_t>(arguments.gpu_layers),
                 gguf::offloadable_layers(header)),
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, arguments.cpu_moe_layers))};
  } else if (!arguments.gpu_memory.empty()) {
    ASSAY_TRY(const std::uint64_t bytes, parse_bytes("--gpu-memory", arguments.gpu_memory));
    placement = gguf::best_placement(header, settings, bytes);
    if (!placement) placement = gguf::Placement{};
  }
  if (!placement) return std::optional<gguf::PlacedEstimate>();
  return std::optional(
      gguf::PlacedEstimate{*placement, gguf::split_memory(header, settings, *placement)});
}

base::Status add_speed(const base::Context& context, const EstimateArguments& arguments,
                       const gguf::Header& header, gguf::Estimate& estimate) {
  estimate.prompt_tokens = static_cast<std::uint64_t>(arguments.prompt_tokens);
  estimate.depth_tokens = arguments.depth_tokens >= 0
                              ? static_cast<std::uint64_t>(arguments.depth_tokens)
                              : estimate.context_tokens;
  ASSAY_TRY(const auto known, scope::known_scope(context));
  if (!known || known->speed.types.empty()) return base::Done{};
  estimate.speed = gguf::estimate_speed(header, estimate.settings, known->speed,
                                        estimate.depth_tokens, estimate.prompt_tokens);
  return base::Done{};
}

/// Of the engine that would run the model; of none when it is not found. What was learned is never
/// worth failing for: without it the estimate is as good as its formulas.
gguf::Correction known_correction(base::Context& context, const std::string& architecture) {
  const auto engine = endpoint::find_engine(context);
  const std::string version = engine.has_value() ? engine->version : "";
  auto learned = endpoint::learned_correction(context, version, architecture);
  if (learned.has_value()) return *learned;
  context.err << fmt::format("note: what guests taught here cannot be read: {}\n",
                             learned.error().to_string());
  return {};
}

base::Status estimate(base::Context& context, const EstimateArguments& arguments) {
  ASSAY_TRY(const gguf::LoadSettings settings, load_settings(context, arguments));
  ASSAY_TRY(const gguf::Header header, read_model(context, arguments.model));
  const gguf::Geometry geometry = gguf::read_geometry(header);
  gguf::Estimate estimate;
  estimate.architecture = geometry.architecture;
  estimate.known = geometry.known;
  estimate.settings = settings;
  estimate.context_tokens = gguf::lay_out(geometry, settings).full;
  estimate.layers_shared = static_cast<std::uint64_t>(
      std::count_if(geometry.layers.begin(), geometry.layers.end(),
                    [](const gguf::Layer& layer) { return layer.shared; }));
  estimate.parameters = gguf::count_parameters(header);
  ASSAY_TRY(estimate.placed, place(arguments, header, settings));
  estimate.need =
      estimate.placed ? estimate.placed->need.host : gguf::estimate_memory(header, settings);
  const gguf::Correction correction = known_correction(context, estimate.architecture);
  if (!estimate.placed) estimate.need = gguf::corrected(estimate.need, correction);
  ASSAY_TRY(estimate.available_bytes, available_bytes(arguments));
  estimate.fit = gguf::judge_fit(estimate.need.total(), estimate.available_bytes);
  if (!estimate.placed) {
    estimate.context_most = gguf::largest_context(header, settings, estimate.available_bytes);
    estimate.slots_most = gguf::largest_slots(header, settings, estimate.available_bytes);
  }
  ASSAY_TRY_DONE(add_speed(context, arguments, header, estimate));
  if (arguments.json) {
    base::Json record = gguf::estimate_json(estimate);
    record["correction"] = correction_json(correction);
    context.out << base::dump_json(record) << '\n';
  } else {
    print_estimate(context, estimate);
    context.out << correction_text(correction, estimate.architecture);
  }
  return base::Done{};
}

void add_server_options(CLI::App& command, EstimateArguments& arguments) {
  command.add_option("--ctx", arguments.context_tokens,
                     "Context of all slots together [0: the model's own]");
  command.add_option("--slots", arguments.slots,
                     "Slots that split the context [0: 4 that share it, as llama-server]");
  command.add_option("--kv-k", arguments.cache_type_k, "Type of the K cache [f16]");
  command.add_option("--kv-v", arguments.cache_type_v, "Type of the V cache [f16]");
  command.add_option("--ubatch", arguments.micro_batch, "Micro-batch [512]");
  command
      .add_option("--flash-attn", arguments.flash_attention,
                  "Flash attention [on, which auto is too]")
      ->check(CLI::IsMember({"on", "off", "auto"}));
  command.add_flag("--no-repack", arguments.no_repack, "No copy of weights for the processor");
  command.add_option("--gpu-layers", arguments.gpu_layers,
                     "Layers on the graphics card, the output being one [none]");
  command.add_option("--n-cpu-moe", arguments.cpu_moe_layers,
                     "Of those layers the first N of the model keep experts in memory [0]");
}

}  // namespace

void add_gguf_estimate(CLI::App& gguf, Action& chosen) {
  auto arguments = std::make_shared<EstimateArguments>();
  CLI::App* command =
      add_command(gguf, "estimate", "Memory and speed of a model, before it is loaded",
                  "  assay gguf estimate models/tiny-q8_0.gguf --ctx 8192 --slots 4\n"
                  "  assay gguf estimate model.gguf --gpu-memory 24GiB --memory 64GiB --json");
  add_model_argument(*command, arguments->model);
  add_server_options(*command, *arguments);
  command
      ->add_option("--gpu-memory", arguments->gpu_memory,
                   "Find the best split for a card with so much memory: 24GiB")
      ->type_name("SIZE");
  command
      ->add_option("--memory", arguments->memory,
                   "Memory available to the model [what this machine has now]")
      ->type_name("SIZE");
  command->add_option("--prompt", arguments->prompt_tokens, "Tokens of a prompt to time [512]");
  command->add_option("--depth", arguments->depth_tokens,
                      "Tokens in the cache while generating [a full slot]");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return estimate(context, *arguments); };
  });
}

}  // namespace assay::cli

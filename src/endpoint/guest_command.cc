#include "endpoint/guest_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace assay::endpoint {
namespace {

/// What llama-server 0.5.0 accepts for --cache-type-k and --cache-type-v.
const std::array<std::string, 9> kCacheTypes{"f32",  "f16",    "bf16", "q8_0", "q4_0",
                                             "q4_1", "iq4_nl", "q5_0", "q5_1"};
const std::array<std::string, 3> kFlashAttention{"on", "off", "auto"};
constexpr std::uint64_t kMicroBatchDefault = 512;

base::Status check_choice(std::string_view what, const std::string& value,
                          std::span<const std::string> choices) {
  if (value.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return base::Done{};
  }
  const auto suggestion = base::nearest(value, choices);
  const std::string known = fmt::format("{}", fmt::join(choices, ", "));
  return base::bad_input(
      fmt::format("expected {} to be one of {}, found \"{}\"", what, known, value),
      suggestion ? fmt::format("did you mean \"{}\"?", *suggestion) : "");
}

base::Status check_at_least(std::string_view what, std::int64_t value, std::int64_t least) {
  if (value >= least) return base::Done{};
  return base::bad_input(
      fmt::format("expected {} to be at least {}, found {}", what, least, value));
}

bool is_quantized(const std::string& cache_type) {
  return !cache_type.empty() && cache_type != "f32" && cache_type != "f16" && cache_type != "bf16";
}

void add(std::vector<std::string>& arguments, std::string_view name, std::int64_t value) {
  arguments.emplace_back(name);
  arguments.push_back(std::to_string(value));
}

void add(std::vector<std::string>& arguments, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  arguments.emplace_back(name);
  arguments.push_back(value);
}

}  // namespace

std::vector<std::string> command_arguments(const GuestSettings& settings) {
  std::vector<std::string> arguments{"--model", settings.model.string()};
  if (settings.context_tokens > 0) add(arguments, "--ctx-size", settings.context_tokens);
  add(arguments, "--cache-type-k", settings.cache_type_k);
  add(arguments, "--cache-type-v", settings.cache_type_v);
  // Without --threads-batch the engine takes as many for prompts, so that one setting moves one
  // flag.
  if (settings.threads > 0) add(arguments, "--threads", settings.threads);
  if (settings.threads_batch > 0) add(arguments, "--threads-batch", settings.threads_batch);
  if (settings.gpu_layers >= 0) add(arguments, "--n-gpu-layers", settings.gpu_layers);
  if (settings.kv_offload) {
    arguments.emplace_back(*settings.kv_offload ? "--kv-offload" : "--no-kv-offload");
  }
  if (settings.cpu_moe_layers >= 0) add(arguments, "--n-cpu-moe", settings.cpu_moe_layers);
  add(arguments, "--flash-attn", settings.flash_attention);
  add(arguments, "--parallel", settings.parallel);
  if (settings.batch > 0) add(arguments, "--batch-size", settings.batch);
  if (settings.micro_batch > 0) add(arguments, "--ubatch-size", settings.micro_batch);
  // The engine may neither shrink what a cell fixed until it fits, nor keep up to 8 GiB of old
  // prompts in memory that no estimate would foresee.
  arguments.insert(arguments.end(), {"--fit", "off", "--cache-ram", "0"});
  arguments.insert(arguments.end(), {"--jinja", "--no-webui"});
  return arguments;
}

base::Status check_settings(const GuestSettings& settings) {
  ASSAY_TRY_DONE(check_choice("the K cache's type", settings.cache_type_k, kCacheTypes));
  ASSAY_TRY_DONE(check_choice("the V cache's type", settings.cache_type_v, kCacheTypes));
  ASSAY_TRY_DONE(check_choice("flash attention", settings.flash_attention, kFlashAttention));
  ASSAY_TRY_DONE(check_at_least("the context", settings.context_tokens, 0));
  ASSAY_TRY_DONE(check_at_least("the number of threads", settings.threads, 0));
  ASSAY_TRY_DONE(check_at_least("the number of prompt threads", settings.threads_batch, 0));
  ASSAY_TRY_DONE(check_at_least("the number of slots", settings.parallel, 1));
  ASSAY_TRY_DONE(check_at_least("the batch size", settings.batch, 0));
  ASSAY_TRY_DONE(check_at_least("the micro-batch size", settings.micro_batch, 0));
  if (is_quantized(settings.cache_type_v) && settings.flash_attention == "off") {
    return base::bad_input(
        fmt::format("a quantized V cache ({}) needs flash attention, which is off",
                    settings.cache_type_v),
        "set flash attention to \"on\" or \"auto\", or the V cache's type to \"f16\"");
  }
  return base::Done{};
}

gguf::LoadSettings load_settings(const GuestSettings& settings) {
  gguf::LoadSettings load;
  load.context_tokens = static_cast<std::uint64_t>(settings.context_tokens);
  load.slots = settings.parallel;
  if (!settings.cache_type_k.empty()) load.cache_type_k = settings.cache_type_k;
  if (!settings.cache_type_v.empty()) load.cache_type_v = settings.cache_type_v;
  load.micro_batch = settings.micro_batch > 0 ? static_cast<std::uint64_t>(settings.micro_batch)
                                              : kMicroBatchDefault;
  // The engine does not process more at once than a whole batch has.
  if (settings.batch > 0) {
    load.micro_batch = std::min(load.micro_batch, static_cast<std::uint64_t>(settings.batch));
  }
  load.flash_attention = settings.flash_attention != "off";
  return load;
}

}  // namespace assay::endpoint

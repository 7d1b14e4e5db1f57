#include "study/factor.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"

namespace assay::study {
namespace {

using base::Json;

constexpr double kAny = std::numeric_limits<double>::infinity();

constexpr std::array kFactors{
    Factor{"temperature", "temperature", FactorPlace::Request, FactorType::Number, 0, 100, "",
           "Divides the logits before sampling; 0 always takes the likeliest token."},
    Factor{"top_p", "top_p", FactorPlace::Request, FactorType::Number, 0, 1, "",
           "Keeps the likeliest tokens whose probabilities add up to this; 1 keeps all."},
    Factor{"top_k", "top_k", FactorPlace::Request, FactorType::Integer, 0, kAny, "",
           "Keeps this many of the likeliest tokens; 0 keeps all."},
    Factor{"min_p", "min_p", FactorPlace::Request, FactorType::Number, 0, 1, "",
           "Keeps tokens at least this likely relative to the likeliest; 0 keeps all."},
    Factor{"repeat_penalty", "repeat_penalty", FactorPlace::Request, FactorType::Number, 0, kAny,
           "", "Divides the logits of tokens seen lately; 1 changes nothing."},
    Factor{"presence_penalty", "presence_penalty", FactorPlace::Request, FactorType::Number, -2, 2,
           "", "Subtracted once from the logits of tokens already in the answer."},
    Factor{"frequency_penalty", "frequency_penalty", FactorPlace::Request, FactorType::Number, -2,
           2, "", "Subtracted from the logits for each time a token is already in the answer."},
    Factor{"max_tokens", "max_tokens", FactorPlace::Request, FactorType::Integer, 1, kAny, "",
           "The most tokens an answer may have; what is longer is cut."},
    Factor{"tool_choice", "tool_choice", FactorPlace::Request, FactorType::Text, -kAny, kAny,
           "auto none required", "Whether the model may, must not or must call a tool."},
    Factor{"parallel_tool_calls", "parallel_tool_calls", FactorPlace::Request, FactorType::Boolean,
           -kAny, kAny, "", "Whether one answer may call several tools."},
    Factor{"reasoning_effort", "reasoning_effort", FactorPlace::Request, FactorType::Text, -kAny,
           kAny, "none minimal low medium high xhigh", "How long a reasoning model may think."},
    Factor{"thinking", "chat_template_kwargs.enable_thinking", FactorPlace::Request,
           FactorType::Boolean, -kAny, kAny, "", "Turns a hybrid model's reasoning on or off."},
    Factor{"cache_prompt", "cache_prompt", FactorPlace::Request, FactorType::Boolean, -kAny, kAny,
           "",
           "Whether llama-server may reuse the last prompt's KV cache; guests start with false, so "
           "that no trial's first token profits from the one before it."},
    Factor{"system_prompt", "messages", FactorPlace::Prompt, FactorType::Text, -kAny, kAny, "",
           "A system message in front of every case that has none of its own; empty: none."},
    Factor{"quantization", "--model", FactorPlace::Guest, FactorType::Text, -kAny, kAny,
           "F32 F16 BF16 Q8_0 Q6_K Q5_K_M Q5_K_S Q5_1 Q5_0 Q4_K_M Q4_K_S Q4_1 Q4_0 Q3_K_L Q3_K_M "
           "Q3_K_S Q2_K Q2_K_S IQ4_NL IQ4_XS IQ3_M IQ3_S IQ3_XS IQ3_XXS IQ2_M IQ2_S IQ2_XS IQ2_XXS "
           "IQ1_M IQ1_S TQ2_0 TQ1_0 Q2_0 Q1_0 MXFP4_MOE",
           "The weights' type: another file beside the model's, or made once by llama-quantize."},
    Factor{"context", "--ctx-size", FactorPlace::Guest, FactorType::Integer, 1, kAny, "",
           "Tokens of context the server is started with."},
    Factor{"cache_type_k", "--cache-type-k", FactorPlace::Guest, FactorType::Text, -kAny, kAny,
           "f32 f16 bf16 q8_0 q4_0 q4_1 iq4_nl q5_0 q5_1", "Type of the KV cache's keys."},
    Factor{"cache_type_v", "--cache-type-v", FactorPlace::Guest, FactorType::Text, -kAny, kAny,
           "f32 f16 bf16 q8_0 q4_0 q4_1 iq4_nl q5_0 q5_1",
           "Type of the KV cache's values; quantized ones need flash attention."},
    Factor{"flash_attention", "--flash-attn", FactorPlace::Guest, FactorType::Text, -kAny, kAny,
           "on off auto", "Whether attention runs fused."},
    Factor{"threads", "--threads", FactorPlace::Guest, FactorType::Integer, 1, 4096, "",
           "Threads that decode."},
    Factor{"gpu_layers", "--n-gpu-layers", FactorPlace::Guest, FactorType::Integer, 0, kAny, "",
           "Layers held on the GPU."},
    Factor{"batch", "--batch-size", FactorPlace::Guest, FactorType::Integer, 1, kAny, "",
           "Most tokens of a prompt handed to the engine at once."},
    Factor{"micro_batch", "--ubatch-size", FactorPlace::Guest, FactorType::Integer, 1, kAny, "",
           "Most tokens computed at once; sizes the compute buffer."},
    Factor{"parallel", "--parallel", FactorPlace::Guest, FactorType::Integer, 1, 1024, "",
           "Slots that share the context."},
};

std::string_view expected_type(FactorType type) {
  switch (type) {
    case FactorType::Number:
      return "a number";
    case FactorType::Integer:
      return "an integer";
    case FactorType::Text:
      return "a string";
    case FactorType::Boolean:
      return "true or false";
  }
  ASSAY_UNREACHABLE("every factor type has a word");
}

bool has_type(FactorType type, const Json& value) {
  switch (type) {
    case FactorType::Number:
      return value.is_number();
    case FactorType::Integer:
      return value.is_number_integer();
    case FactorType::Text:
      return value.is_string();
    case FactorType::Boolean:
      return value.is_boolean();
  }
  return false;
}

}  // namespace

std::span<const Factor> factors() { return kFactors; }

const Factor* find_factor(std::string_view name) {
  const auto found = std::find_if(kFactors.begin(), kFactors.end(),
                                  [&](const Factor& factor) { return factor.name == name; });
  return found == kFactors.end() ? nullptr : &*found;
}

std::vector<std::string> factor_names() {
  std::vector<std::string> names;
  for (const Factor& factor : kFactors) names.emplace_back(factor.name);
  return names;
}

base::Status check_level(const Factor& factor, const Json& value) {
  if (!has_type(factor.type, value)) {
    return base::bad_input(
        fmt::format("expected {}, found {}", expected_type(factor.type), base::dump_json(value)));
  }
  if (value.is_number()) {
    const double number = value.get<double>();
    if (!(number >= factor.low && number <= factor.high)) {
      return base::bad_input(fmt::format("expected a value from {} to {}, found {}", factor.low,
                                         factor.high, base::dump_json(value)));
    }
  }
  if (factor.type == FactorType::Text && !factor.choices.empty()) {
    const std::vector<std::string> choices = base::split(factor.choices, ' ');
    const auto text = value.get<std::string>();
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      const auto suggestion = base::nearest(text, choices);
      return base::bad_input(fmt::format("expected one of {}, found \"{}\"", factor.choices, text),
                             suggestion ? fmt::format("did you mean \"{}\"?", *suggestion) : "");
    }
  }
  return base::Done{};
}

std::string level_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

void apply_to_guest(const Factor& factor, const Json& value, endpoint::GuestSettings& guest) {
  if (factor.name == "context") {
    guest.context_tokens = value.get<std::int64_t>();
  } else if (factor.name == "cache_type_k") {
    guest.cache_type_k = value.get<std::string>();
  } else if (factor.name == "cache_type_v") {
    guest.cache_type_v = value.get<std::string>();
  } else if (factor.name == "flash_attention") {
    guest.flash_attention = value.get<std::string>();
  } else if (factor.name == "threads") {
    guest.threads = value.get<int>();
  } else if (factor.name == "gpu_layers") {
    guest.gpu_layers = value.get<int>();
  } else if (factor.name == "batch") {
    guest.batch = value.get<int>();
  } else if (factor.name == "micro_batch") {
    guest.micro_batch = value.get<int>();
  } else {
    ASSAY_CHECK(factor.name == "parallel", "a guest factor that nothing applies");
    guest.parallel = value.get<int>();
  }
}

}  // namespace assay::study

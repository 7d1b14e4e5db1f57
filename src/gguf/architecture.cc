#include "gguf/architecture.h"

#include <algorithm>
#include <array>

namespace assay::gguf {
namespace {

/// Every layer caches keys and values of the whole context.
constexpr Architecture plain(std::string_view name) { return {.name = name}; }

constexpr Architecture uncached(std::string_view name) { return {.name = name, .cached = false}; }

constexpr Architecture windowed(std::string_view name, std::uint64_t period,
                                bool dense_first = false) {
  return {.name = name,
          .windows = WindowRule::Period,
          .window_period = period,
          .dense_first = dense_first};
}

constexpr Architecture patterned(std::string_view name) {
  return {.name = name, .windows = WindowRule::Pattern};
}

constexpr Architecture latent(std::string_view name) { return {.name = name, .latent = true}; }

constexpr Architecture recurrent(std::string_view name, StateKind state) {
  return {.name = name, .recurrent = RecurrentRule::Always, .state = state};
}

constexpr Architecture hybrid(std::string_view name, StateKind state,
                              RecurrentRule rule = RecurrentRule::WithoutHeads) {
  return {.name = name, .recurrent = rule, .state = state};
}

constexpr Architecture interval(std::string_view name, StateKind state, std::uint64_t period) {
  return {.name = name,
          .recurrent = RecurrentRule::Interval,
          .recurrent_period = period,
          .state = state,
          .large_graph = true};
}

constexpr std::uint64_t kExaoneWindow = 128;
constexpr std::uint64_t kGemma2Window = 4096;
constexpr std::uint64_t kLlama4Window = 8192;
constexpr std::uint64_t kSmallThinkerWindow = 4096;
constexpr std::uint64_t kExaone4Window = 4096;
constexpr std::uint64_t kExaone4WindowedLayers = 64;
constexpr std::uint64_t kGemma3nOwnLayers = 20;

constexpr std::array kRows{
    windowed("afmoe", 4),
    plain("apertus"),
    plain("arcee"),
    plain("arctic"),
    recurrent("arwkv7", StateKind::Rwkv),
    plain("baichuan"),
    plain("bailingmoe"),
    plain("bailingmoe2"),
    Architecture{.name = "bailingmoe3",
                 .recurrent = RecurrentRule::WithoutHeads,
                 .state = StateKind::DeltaAttention,
                 .latent = true,
                 .prediction_layers_cached = true,
                 .large_graph = true},
    uncached("bert"),
    plain("bitnet"),
    plain("bloom"),
    plain("chameleon"),
    plain("chatglm"),
    plain("codeshell"),
    plain("cogvlm"),
    windowed("cohere2", 4),
    windowed("cohere2moe", 4, true),
    plain("command-r"),
    plain("dbrx"),
    plain("deci"),
    plain("deepseek"),
    latent("deepseek2"),
    plain("deepseek2-ocr"),
    Architecture{.name = "deepseek32", .latent = true, .index = IndexRule::Keys},
    plain("dots1"),
    uncached("dream"),
    plain("ernie4_5"),
    plain("ernie4_5-moe"),
    uncached("eurobert"),
    plain("exaone"),
    Architecture{.name = "exaone-moe",
                 .windows = WindowRule::Period,
                 .window_period = 4,
                 .window_default = kExaoneWindow},
    Architecture{.name = "exaone4",
                 .windows = WindowRule::Period,
                 .window_period = 4,
                 .window_default = kExaone4Window,
                 .window_layers = kExaone4WindowedLayers},
    plain("falcon"),
    hybrid("falcon-h1", StateKind::Mamba, RecurrentRule::Both),
    plain("gemma"),
    uncached("gemma-embedding"),
    Architecture{.name = "gemma2",
                 .windows = WindowRule::Period,
                 .window_period = 2,
                 .window_default = kGemma2Window},
    windowed("gemma3", 6),
    Architecture{.name = "gemma3n",
                 .windows = WindowRule::Period,
                 .window_period = 5,
                 .own_layers = kGemma3nOwnLayers},
    Architecture{.name = "gemma4", .windows = WindowRule::Pattern, .shares_layers = true},
    Architecture{.name = "glm-dsa", .latent = true, .index = IndexRule::KeysOfFull},
    plain("glm4"),
    plain("glm4moe"),
    windowed("gpt-oss", 2),
    plain("gpt2"),
    plain("gptj"),
    plain("gptneox"),
    plain("granite"),
    patterned("granite_swa"),
    hybrid("granitehybrid", StateKind::Mamba),
    plain("granitemoe"),
    plain("grok"),
    plain("grovemoe"),
    plain("hunyuan-dense"),
    plain("hunyuan-moe"),
    plain("hunyuan_vl"),
    plain("hy_v3"),
    Architecture{.name = "hy_v4",
                 .latent = true,
                 .index = IndexRule::KeysOfFull,
                 .prediction_layers_cached = true,
                 .large_graph = true},
    plain("internlm2"),
    plain("jais"),
    plain("jais2"),
    hybrid("jamba", StateKind::Mamba),
    uncached("jina-bert-v2"),
    uncached("jina-bert-v3"),
    Architecture{.name = "kimi-k3",
                 .recurrent = RecurrentRule::WithoutHeads,
                 .state = StateKind::DeltaAttention,
                 .latent = true,
                 .large_graph = true},
    Architecture{.name = "kimi-linear",
                 .recurrent = RecurrentRule::WithoutHeads,
                 .state = StateKind::DeltaAttention,
                 .latent = true,
                 .large_graph = true},
    windowed("laguna", 4, true),
    Architecture{.name = "lfm2",
                 .windows = WindowRule::Attending,
                 .recurrent = RecurrentRule::WithoutHeads,
                 .state = StateKind::ShortConv},
    hybrid("lfm2moe", StateKind::ShortConv),
    uncached("llada"),
    uncached("llada-moe"),
    plain("llama"),
    plain("llama-embed"),
    Architecture{.name = "llama4",
                 .windows = WindowRule::Period,
                 .window_period = 4,
                 .window_default = kLlama4Window,
                 .window_fixed = kLlama4Window},
    plain("maincoder"),
    recurrent("mamba", StateKind::Mamba),
    recurrent("mamba2", StateKind::Mamba),
    patterned("maple"),
    windowed("mellum", 4),
    patterned("mimo2"),
    plain("minicpm"),
    plain("minicpm3"),
    interval("minimax-01", StateKind::LinearAttention, 8),
    plain("minimax-m2"),
    Architecture{.name = "minimax-m3", .index = IndexRule::KeysAndValues, .large_graph = true},
    plain("mistral3"),
    latent("mistral4"),
    uncached("modern-bert"),
    plain("mpt"),
    windowed("muse-glimmer", 4),
    plain("nemotron"),
    hybrid("nemotron_h", StateKind::Mamba, RecurrentRule::WithoutHeadsOrFeedForward),
    hybrid("nemotron_h_moe", StateKind::Mamba, RecurrentRule::WithoutHeadsOrFeedForward),
    uncached("neo-bert"),
    uncached("nomic-bert"),
    uncached("nomic-bert-moe"),
    plain("olmo"),
    windowed("olmo2", 4),
    plain("olmoe"),
    plain("openelm"),
    plain("orion"),
    plain("paddleocr"),
    plain("pangu-embedded"),
    plain("phi2"),
    plain("phi3"),
    plain("phimoe"),
    plain("plamo"),
    hybrid("plamo2", StateKind::Mamba),
    windowed("plamo3", 8),
    plain("plm"),
    plain("qwen"),
    plain("qwen2"),
    plain("qwen2moe"),
    plain("qwen2vl"),
    plain("qwen3"),
    interval("qwen35", StateKind::DeltaNet, 4),
    interval("qwen35moe", StateKind::DeltaNet, 4),
    plain("qwen3moe"),
    interval("qwen3next", StateKind::DeltaNet, 4),
    plain("qwen3vl"),
    plain("qwen3vlmoe"),
    plain("refact"),
    uncached("rnd1"),
    recurrent("rwkv6", StateKind::Rwkv),
    recurrent("rwkv6qwen2", StateKind::Rwkv),
    recurrent("rwkv7", StateKind::Rwkv),
    plain("seed_oss"),
    Architecture{.name = "smallthinker",
                 .windows = WindowRule::Period,
                 .window_period = 4,
                 .dense_first = true,
                 .window_fixed = kSmallThinkerWindow},
    plain("smollm3"),
    patterned("spark2_5"),
    plain("stablelm"),
    plain("starcoder"),
    plain("starcoder2"),
    patterned("step35"),
    plain("talkie"),
    plain("xverse"),
};

static_assert(std::is_sorted(kRows.begin(), kRows.end(),
                             [](const Architecture& left, const Architecture& right) {
                               return left.name < right.name;
                             }),
              "find_architecture() searches by name");

}  // namespace

const Architecture* find_architecture(std::string_view name) {
  const auto found = std::lower_bound(
      kRows.begin(), kRows.end(), name,
      [](const Architecture& row, std::string_view wanted) { return row.name < wanted; });
  return found != kRows.end() && found->name == name ? &*found : nullptr;
}

std::span<const Architecture> architectures() { return kRows; }

}  // namespace assay::gguf

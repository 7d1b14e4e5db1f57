// Prompts of an exact number of tokens, made of common words in an order that a seed decides, so
// that no two are alike beyond the prefix they are meant to share and a prompt cache cannot help
// unasked. Called when a run is planned.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::load {

/// How many tokens a text has: the endpoint's own tokenizer.
using CountTokens = std::function<base::Result<std::int64_t>(const std::string& text)>;

/// Called after each prompt with how many there are.
using OnPrompt = std::function<void(std::size_t made)>;

struct SyntheticPlan {
  std::vector<std::int64_t> tokens;  ///< Of each prompt, above 0.
  std::int64_t prefix_tokens = 0;    ///< About so many at the start are alike; below all of these.
  std::uint64_t seed = 0;
};

struct SyntheticPrompt {
  std::string text;
  std::int64_t tokens = 0;  ///< As counted: as asked for, or as near as the tokenizer allows.
};

/// A text is lengthened or cut by words, then by letters, until it counts exactly; a tokenizer that
/// merges what is appended may leave it a token or two off, which `tokens` then says. About three
/// counts a prompt. Fails when counting does.
base::Result<std::vector<SyntheticPrompt>> make_synthetic_prompts(const SyntheticPlan& plan,
                                                                  const CountTokens& count_tokens,
                                                                  const OnPrompt& on_prompt = {});

}  // namespace assay::load

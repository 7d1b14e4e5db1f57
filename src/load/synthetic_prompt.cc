#include "load/synthetic_prompt.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string_view>

#include "base/check.h"
#include "base/random.h"

namespace assay::load {
namespace {

/// Common enough to be one token with its space in most vocabularies.
constexpr std::array<std::string_view, 64> kWords{
    "time",     "year",  "people", "way",     "day",    "man",      "thing",  "woman",
    "life",     "child", "world",  "school",  "state",  "family",   "group",  "country",
    "hand",     "part",  "place",  "case",    "week",   "company",  "system", "program",
    "question", "work",  "number", "night",   "point",  "home",     "water",  "room",
    "mother",   "area",  "money",  "story",   "fact",   "month",    "lot",    "right",
    "study",    "book",  "eye",    "job",     "word",   "business", "issue",  "side",
    "kind",     "head",  "house",  "service", "friend", "father",   "power",  "hour",
    "game",     "line",  "end",    "member",  "law",    "car",      "city",   "name"};

constexpr int kAdjustmentsMost = 24;

/// One prompt under construction: the words of it, of which the first few may be shared.
class Text {
 public:
  Text(std::vector<std::string_view> shared, base::Random& random)
      : words_(std::move(shared)), random_(random) {}

  void resize(std::size_t words) {
    while (words_.size() < words) words_.push_back(kWords[random_.below(kWords.size())]);
    words_.resize(words);
  }
  std::size_t words() const { return words_.size(); }
  std::span<const std::string_view> first(std::size_t count) const {
    return std::span(words_).first(std::min(count, words_.size()));
  }
  std::string joined() const {
    std::string text;
    for (const std::string_view word : words_) {
      if (!text.empty()) text += ' ';
      text += word;
    }
    return text;
  }

 private:
  std::vector<std::string_view> words_;
  base::Random& random_;
};

/// Words for each token as far as prompts have shown: the next one starts near its goal.
struct Ratio {
  double words_per_token = 1;

  std::size_t words_for(std::int64_t tokens) const {
    const double words = std::round(static_cast<double>(tokens) * words_per_token);
    return static_cast<std::size_t>(std::max(1.0, words));
  }
};

/// Changes the number of words by as many as tokens are missing, at least one, until the count is
/// right or only a letter could mend it.
base::Result<SyntheticPrompt> fit(Text& text, std::int64_t tokens, Ratio& ratio,
                                  const CountTokens& count_tokens) {
  SyntheticPrompt best;
  text.resize(std::max(text.words(), ratio.words_for(tokens)));
  for (int attempt = 0; attempt < kAdjustmentsMost; ++attempt) {
    std::string joined = text.joined();
    ASSAY_TRY(const std::int64_t counted, count_tokens(joined));
    const bool is_better =
        best.text.empty() || std::llabs(counted - tokens) < std::llabs(best.tokens - tokens);
    if (is_better) best = {std::move(joined), counted};
    if (counted == tokens) break;
    const double per_word =
        static_cast<double>(std::max<std::int64_t>(1, counted)) / static_cast<double>(text.words());
    const auto change =
        static_cast<std::int64_t>(std::llround(static_cast<double>(tokens - counted) / per_word));
    const std::int64_t least = counted < tokens ? 1 : -1;
    const std::int64_t words =
        static_cast<std::int64_t>(text.words()) + (change == 0 ? least : change);
    text.resize(static_cast<std::size_t>(std::max<std::int64_t>(1, words)));
  }
  ratio.words_per_token = static_cast<double>(text.words()) / static_cast<double>(tokens);
  return best;
}

/// Letters that are a token each where words step over the right number.
base::Result<SyntheticPrompt> pad_with_letters(SyntheticPrompt prompt, std::int64_t tokens,
                                               const CountTokens& count_tokens) {
  for (int attempt = 0; prompt.tokens < tokens && attempt < kAdjustmentsMost; ++attempt) {
    std::string longer = prompt.text + " x";
    ASSAY_TRY(const std::int64_t counted, count_tokens(longer));
    if (counted > tokens) break;
    prompt = {std::move(longer), counted};
  }
  return prompt;
}

}  // namespace

base::Result<std::vector<SyntheticPrompt>> make_synthetic_prompts(const SyntheticPlan& plan,
                                                                  const CountTokens& count_tokens,
                                                                  const OnPrompt& on_prompt) {
  base::Random random(plan.seed);
  Ratio ratio;
  std::vector<std::string_view> shared;
  if (plan.prefix_tokens > 0) {
    Text prefix({}, random);
    ASSAY_TRY(const SyntheticPrompt fitted, fit(prefix, plan.prefix_tokens, ratio, count_tokens));
    const auto words = prefix.first(prefix.words());
    shared.assign(words.begin(), words.end());
  }
  std::vector<SyntheticPrompt> prompts;
  prompts.reserve(plan.tokens.size());
  for (const std::int64_t tokens : plan.tokens) {
    ASSAY_CHECK(tokens > 0, "a prompt has a token");
    ASSAY_CHECK(plan.prefix_tokens < tokens, "a prefix is a part of its prompt");
    Text text(shared, random);
    ASSAY_TRY(SyntheticPrompt fitted, fit(text, tokens, ratio, count_tokens));
    ASSAY_TRY(SyntheticPrompt padded, pad_with_letters(std::move(fitted), tokens, count_tokens));
    prompts.push_back(std::move(padded));
    if (on_prompt) on_prompt(prompts.size());
  }
  return prompts;
}

}  // namespace assay::load

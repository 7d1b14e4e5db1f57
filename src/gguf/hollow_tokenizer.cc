#include "gguf/hollow_tokenizer.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace assay::gguf {
namespace {

constexpr std::uint64_t kBytes = 256;
// LLAMA_TOKEN_TYPE_NORMAL and _CONTROL; the engine insists on signed numbers.
constexpr std::int64_t kNormalToken = 1;
constexpr std::int64_t kControlToken = 3;
constexpr std::array<std::string_view, 3> kSpecialTokens{"<|im_start|>", "<|im_end|>",
                                                         "<|endoftext|>"};
constexpr std::string_view kChatTemplate =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}";

/// Two bytes of UTF-8 hold every code point that GPT-2's alphabet uses.
std::string letter(std::uint32_t code_point) {
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  return {static_cast<char>(0xC0U | (code_point >> 6U)),
          static_cast<char>(0x80U | (code_point & 0x3FU))};
}

/// GPT-2's alphabet: printable bytes of Latin-1 stand for themselves, all others for the code
/// points from 256 on, in order.
std::vector<std::string> byte_letters() {
  std::vector<std::string> letters;
  std::uint32_t next = kBytes;
  for (std::uint32_t byte = 0; byte < kBytes; ++byte) {
    const bool printable =
        (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    letters.push_back(letter(printable ? byte : next++));
  }
  return letters;
}

Value whole_array(std::vector<Value> values) { return Array{values.size(), std::move(values)}; }

}  // namespace

void add_hollow_tokenizer(Header& header, std::uint64_t vocabulary) {
  ASSAY_CHECK(vocabulary >= kHollowVocabularyMin, "the vocabulary can spell every byte");
  std::vector<std::string> texts = byte_letters();
  const std::uint64_t ordinary = vocabulary - kSpecialTokens.size();
  std::vector<Value> merges;
  // The n-th merge appends byte n % 256 to token n / 256, so every token is spelled by earlier ones
  // and no two are alike.
  for (std::uint64_t merge = 0; texts.size() < ordinary; ++merge) {
    const std::string& left = texts[merge / kBytes];
    const std::string& right = texts[merge % kBytes];
    merges.emplace_back(left + " " + right);
    texts.push_back(left + right);
  }
  for (const std::string_view special : kSpecialTokens) texts.emplace_back(special);
  std::vector<Value> types(ordinary, Value(kNormalToken));
  types.resize(vocabulary, Value(kControlToken));
  auto& metadata = header.metadata;
  metadata["tokenizer.ggml.model"] = std::string("gpt2");
  metadata["tokenizer.ggml.pre"] = std::string("default");
  metadata["tokenizer.ggml.tokens"] =
      whole_array({std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())});
  metadata["tokenizer.ggml.token_type"] = whole_array(std::move(types));
  metadata["tokenizer.ggml.merges"] = whole_array(std::move(merges));
  metadata["tokenizer.ggml.bos_token_id"] = vocabulary - 1;
  metadata["tokenizer.ggml.eos_token_id"] = vocabulary - 2;
  metadata["tokenizer.ggml.add_bos_token"] = false;
  metadata["tokenizer.chat_template"] = std::string(kChatTemplate);
}

}  // namespace assay::gguf

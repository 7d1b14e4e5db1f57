// The made-up tokenizer of a hollow model that comes from a shape.
#pragma once

#include "gguf/header.h"

namespace assay::gguf {

/// Fewer tokens cannot spell every byte and its pairs.
constexpr std::uint64_t kHollowVocabularyMin = 512;

/// Gives the header a byte-level BPE tokenizer ("gpt2") of `vocabulary` tokens, the last three of
/// which are <|im_start|>, <|im_end|> and <|endoftext|>, and the ChatML template. Any text can be
/// tokenized, into about one token per two or three bytes. Requires kHollowVocabularyMin.
void add_hollow_tokenizer(Header& header, std::uint64_t vocabulary);

}  // namespace assay::gguf

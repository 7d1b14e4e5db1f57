// Text made comparable: what people call "the same words" whatever their case, width or spacing.
// Unicode by ICU; texts are code points so that positions are characters.
#pragma once

#include <string>
#include <string_view>

namespace assay::task {

enum class LetterCase { Fold, Keep };

/// Compatibility form (NFKC), so that full-width letters and ligatures are plain ones; letters
/// case-folded unless kept; curly quotes and dashes as ASCII; runs of white space as one space,
/// none at the ends. Accents count. Invalid UTF-8 becomes U+FFFD.
std::u32string fold(std::string_view utf8, LetterCase letter_case);

/// The words of a folded text, in the manner of SQuAD's exact match (Rajpurkar et al. 2016): no
/// punctuation, symbols or English articles. Apostrophes, full stops and the commas of thousands
/// vanish inside a word ("U.S." is "us", "1,000" is "1000"), other punctuation separates words; a
/// decimal point and the minus of a number stay. A step that would leave nothing is left out, so
/// that "+" differs from "-" and the answer "A" is not lost as an article.
std::u32string words_only(const std::u32string& folded);

/// Whether `needle` stands in `text`, both folded and not empty, with no letter or digit adjoining
/// it: "12" is not in "112", "12.5" or "12,000". In scripts written without spaces (Han, Kana,
/// Thai …) every character is a boundary.
bool contains_words(const std::u32string& text, const std::u32string& needle);

}  // namespace assay::task

#include "task/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "base/check.h"

namespace assay::task {
namespace {

UChar32 point_of(char32_t c) { return static_cast<UChar32>(c); }

bool is_space(char32_t c) { return u_isUWhiteSpace(point_of(c)) != 0; }
bool is_digit(char32_t c) { return u_isdigit(point_of(c)) != 0; }

/// Letters, digits, and the marks that belong to a letter.
bool is_word(char32_t c) {
  return (U_GET_GC_MASK(point_of(c)) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0 || c == U'_';
}

bool is_spaceless_script(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_breaksBetweenLetters(uscript_getScript(point_of(c), &status)) != 0;
}

char32_t plain_punctuation(char32_t c) {
  switch (c) {
    case U'\u2018':
    case U'\u2019':
    case U'\u02BC':
      return U'\'';
    case U'\u201C':
    case U'\u201D':
      return U'"';
    case U'\u2010':
    case U'\u2011':
    case U'\u2012':
    case U'\u2013':
    case U'\u2014':
    case U'\u2212':
      return U'-';
    default:
      return c;
  }
}

icu::UnicodeString normalized_form(std::string_view utf8, LetterCase letter_case) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = letter_case == LetterCase::Fold
                                     ? icu::Normalizer2::getNFKCCasefoldInstance(status)
                                     : icu::Normalizer2::getNFKCInstance(status);
  ASSAY_CHECK(U_SUCCESS(status), "ICU's own normalization data is missing");
  const auto wide = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
  return form->normalize(wide, status);
}

/// Whether the separator at `at` stands inside one number: a point between digits, or a comma
/// between a digit and exactly three of them.
bool joins_digits(const std::u32string& text, std::size_t at) {
  if (at == 0 || at + 1 >= text.size()) return false;
  if (!is_digit(text[at - 1]) || !is_digit(text[at + 1])) return false;
  if (text[at] == U'.') return true;
  if (text[at] != U',') return false;
  std::size_t end = at + 1;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at - 1 == 3;
}

bool is_minus_sign(const std::u32string& text, std::size_t at) {
  return text[at] == U'-' && at + 1 < text.size() && is_digit(text[at + 1]) &&
         (at == 0 || is_space(text[at - 1]));
}

std::u32string without_punctuation(const std::u32string& folded) {
  std::u32string kept;
  const auto separate = [&kept] {
    if (!kept.empty() && kept.back() != U' ') kept.push_back(U' ');
  };
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const char32_t c = folded[i];
    const bool is_letter_or_digit = is_word(c) && c != U'_';
    const bool is_decimal_point = c == U'.' && joins_digits(folded, i);
    if (is_letter_or_digit || is_decimal_point || is_minus_sign(folded, i)) {
      kept.push_back(c);
    } else if (c == U'\'' || c == U'.' || (c == U',' && joins_digits(folded, i))) {
      continue;
    } else {
      separate();
    }
  }
  if (!kept.empty() && kept.back() == U' ') kept.pop_back();
  return kept;
}

bool is_article(std::u32string_view word) {
  return word == U"a" || word == U"an" || word == U"the";
}

std::u32string without_articles(const std::u32string& words) {
  std::u32string kept;
  std::u32string_view rest = words;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(U' '), rest.size());
    const std::u32string_view word = rest.substr(0, end);
    if (!is_article(word)) {
      if (!kept.empty()) kept.push_back(U' ');
      kept += word;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return kept;
}

/// Whether a word or number goes on over the edge between `at - 1` and `at`.
bool is_inside_word(const std::u32string& text, std::size_t at) {
  if (at == 0 || at >= text.size()) return false;
  const char32_t before = text[at - 1];
  const char32_t after = text[at];
  if (joins_digits(text, at - 1) || joins_digits(text, at)) return true;
  if (!is_word(before) || !is_word(after)) return false;
  return !is_spaceless_script(before) && !is_spaceless_script(after);
}

}  // namespace

std::u32string fold(std::string_view utf8, LetterCase letter_case) {
  const icu::UnicodeString wide = normalized_form(utf8, letter_case);
  std::u32string folded;
  folded.reserve(static_cast<std::size_t>(wide.length()));
  for (std::int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1)) {
    const auto c = static_cast<char32_t>(wide.char32At(i));
    if (!is_space(c)) {
      folded.push_back(plain_punctuation(c));
    } else if (!folded.empty() && folded.back() != U' ') {
      folded.push_back(U' ');
    }
  }
  if (!folded.empty() && folded.back() == U' ') folded.pop_back();
  return folded;
}

std::u32string words_only(const std::u32string& folded) {
  std::u32string words = without_punctuation(folded);
  if (words.empty()) return folded;
  std::u32string content = without_articles(words);
  return content.empty() ? words : content;
}

bool contains_words(const std::u32string& text, const std::u32string& needle) {
  for (std::size_t at = text.find(needle); at != std::u32string::npos;
       at = text.find(needle, at + 1)) {
    if (!is_inside_word(text, at) && !is_inside_word(text, at + needle.size())) return true;
  }
  return false;
}

}  // namespace assay::task

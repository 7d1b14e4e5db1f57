#include "task/number_in_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace assay::task {
namespace {

constexpr std::array<std::string_view, 4> kCurrencies{"$", "€", "£", "¥"};
constexpr std::array<std::string_view, 2> kMinusSigns{"-", "\u2212"};
constexpr std::array<std::string_view, 3> kNarrowSpaces{"\u00A0", "\u202F", "\u2009"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The length of the first of `endings` that `text` ends with, else 0.
std::size_t ending(std::string_view text, std::span<const std::string_view> endings) {
  for (const std::string_view candidate : endings) {
    if (text.ends_with(candidate)) return candidate.size();
  }
  return 0;
}

class NumberReader {
 public:
  NumberReader(std::string_view text, DecimalMark mark)
      : text_(text),
        decimal_(mark == DecimalMark::Point ? '.' : ','),
        thousands_(mark == DecimalMark::Point ? "," : ".") {}

  std::vector<FoundNumber> read_all() {
    std::vector<FoundNumber> found;
    while (at_ < text_.size()) {
      if (is_letter(text_[at_])) {
        skip_word();
      } else if (starts_number()) {
        found.push_back(read_number());
      } else {
        ++at_;
      }
    }
    return found;
  }

 private:
  char peek(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  bool starts_number() const {
    if (is_digit(text_[at_])) return true;
    if (text_[at_] != decimal_ || !is_digit(peek(at_ + 1))) return false;
    const char before = at_ == 0 ? ' ' : text_[at_ - 1];
    return !is_digit(before) && !is_letter(before) && before != decimal_;
  }

  /// A word takes the digits in it along: "H2O" has no number.
  void skip_word() {
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
  }

  FoundNumber read_number() {
    const std::size_t first = at_;
    std::string digits;
    read_whole_part(digits);
    read_decimals(digits);
    read_exponent(digits);
    const auto [start, is_negative] = sign_before(first);
    FoundNumber number;
    number.text = text_.substr(start, at_ - start);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number.value);
    if (failure != std::errc{} || end != digits.data() + digits.size()) {
      number.value = std::numeric_limits<double>::quiet_NaN();
    }
    if (is_negative) number.value = -number.value;
    return number;
  }

  void take_digits(std::string& digits) {
    while (is_digit(peek(at_))) digits.push_back(text_[at_++]);
  }

  void read_whole_part(std::string& digits) {
    take_digits(digits);
    if (digits.empty()) digits = "0";
    if (digits.size() > 3 || digits.front() == '0') return;
    const std::string_view separator = separator_here();
    while (!separator.empty() && text_.substr(at_).starts_with(separator) &&
           is_group(at_ + separator.size())) {
      at_ += separator.size();
      take_digits(digits);
    }
  }

  /// What separates thousands after the first digits, or nothing.
  std::string_view separator_here() const {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with(thousands_)) return thousands_;
    for (const std::string_view space : kNarrowSpaces) {
      if (rest.starts_with(space)) return space;
    }
    return "";
  }

  /// Exactly three digits.
  bool is_group(std::size_t position) const {
    return is_digit(peek(position)) && is_digit(peek(position + 1)) &&
           is_digit(peek(position + 2)) && !is_digit(peek(position + 3));
  }

  void read_decimals(std::string& digits) {
    if (peek(at_) != decimal_ || !is_digit(peek(at_ + 1))) return;
    ++at_;
    digits.push_back('.');
    take_digits(digits);
  }

  void read_exponent(std::string& digits) {
    if (peek(at_) != 'e' && peek(at_) != 'E') return;
    const bool is_signed = peek(at_ + 1) == '-' || peek(at_ + 1) == '+';
    std::size_t end = at_ + (is_signed ? 2 : 1);
    if (!is_digit(peek(end))) return;
    while (is_digit(peek(end))) ++end;
    if (is_letter(peek(end))) return;
    digits.push_back('e');
    if (peek(at_ + 1) == '-') digits.push_back('-');
    at_ += is_signed ? 2 : 1;
    take_digits(digits);
  }

  struct Sign {
    std::size_t start = 0;  ///< Where the number begins, its sign and currency included.
    bool is_negative = false;
  };

  Sign sign_before(std::size_t first) const {
    const std::string_view before = text_.substr(0, first);
    const std::string_view bare = before.substr(0, first - ending(before, kCurrencies));
    const std::size_t length = ending(bare, kMinusSigns);
    if (length == 0) return {bare.size(), false};
    const std::string_view outside = bare.substr(0, bare.size() - length);
    // "5-3" and "(2)-1" are subtractions, "2024-05" a date.
    const char neighbour = outside.empty() ? ' ' : outside.back();
    const bool is_operator = is_digit(neighbour) || is_letter(neighbour) || neighbour == ')' ||
                             neighbour == ']' || neighbour == '}';
    if (is_operator) return {bare.size(), false};
    return {outside.size(), true};
  }

  std::string_view text_;
  char decimal_;
  std::string_view thousands_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<FoundNumber> numbers_in(std::string_view text, DecimalMark mark) {
  return NumberReader(text, mark).read_all();
}

}  // namespace assay::task

// Small text work that several rooms share: trimming, suggestions, human units.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::base {

/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);

/// At line feeds; a carriage return before one is dropped; no empty last line after a final feed.
std::vector<std::string_view> split_lines(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);

/// Levenshtein distance in bytes.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The first candidate that begins with `word` (of two letters at least), else the one nearest to
/// it, when it is near enough to be a likely slip (distance at most a third of the longer one's
/// length, or 1; for words of four letters and more, 2).
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "1.5 GiB", "512 MiB", "17 B": binary units, at most one decimal.
std::string human_bytes(std::uint64_t bytes);

/// "450 ms", "12 s", "3 min 20 s", "2 h 05 min".
std::string human_duration(double seconds);

/// The number of terminal columns the UTF-8 text takes, counting one per code point.
std::size_t display_width(std::string_view utf8);

/// At most `columns` wide; what is cut is shown by "…". Never splits a code point.
std::string ellipsize(std::string_view utf8, std::size_t columns);

}  // namespace assay::base

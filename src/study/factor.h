// The factors a study can move: one table with each one's name, where it acts, and which values it
// takes. Everything that validates, documents or applies a factor reads this table.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "endpoint/guest.h"

namespace assay::study {

/// Where a factor acts.
enum class FactorPlace {
  Request,   ///< A field of the request body.
  Prompt,    ///< The messages.
  Dialogue,  ///< How a conversation of several turns is held.
  Load,      ///< How much load a burst is; needs a study that measures under load.
  Guest,     ///< The server's command line: needs a `gguf` model; each level is its own load.
};

/// llama-server reads every integer as 32 bits.
inline constexpr double kIntegerMost = std::numeric_limits<std::int32_t>::max();

enum class FactorType { Number, Integer, Text, Boolean };

struct Factor {
  std::string_view name;   ///< In study.toml.
  std::string_view field;  ///< In the request body, or the flag's meaning for a guest.
  FactorPlace place;
  FactorType type;
  double low = -std::numeric_limits<double>::infinity();  ///< Smallest allowed number.
  double high = std::numeric_limits<double>::infinity();  ///< Largest allowed number.
  std::string_view choices;  ///< Allowed texts, separated by spaces; empty: any.
  std::string_view meaning;  ///< One sentence for the reference.
};

std::span<const Factor> factors();
const Factor* find_factor(std::string_view name);
std::vector<std::string> factor_names();

/// Whether `value` is of the factor's type and in its range: else a BadInput error that says what
/// was expected and found; the caller adds the place.
base::Status check_level(const Factor& factor, const base::Json& value);

/// As shown in cell ids and reports: 1.5, 8, Q2_K, true.
std::string level_text(const base::Json& value);

/// Sets the guest setting that the factor names. Requires place == Guest and a checked value.
/// `quantization` is not among them: it chooses the file (see quantization.h).
void apply_to_guest(const Factor& factor, const base::Json& value, endpoint::GuestSettings& guest);

}  // namespace assay::study

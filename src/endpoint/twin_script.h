// A twin's script as plain data. docs/reference/twin-script.md says what each key means; the parser
// in twin_script.cc is the only reader of the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "endpoint/twin_rule.h"

namespace assay::endpoint {

/// Windows in which the server does nothing, counted from the first request that takes a slot.
struct Stall {
  base::Nanoseconds first{0};   ///< Start of the first one.
  base::Nanoseconds length{0};  ///< Above 0, below `every`.
  base::Nanoseconds every{0};   ///< From start to start.
};

/// The `every` of a stall that does not come again: 97 years.
inline constexpr base::Nanoseconds kNoMoreStalls{INT64_MAX / 3};

struct TwinScript {
  std::string model = "twin";
  std::uint64_t seed = 1;
  std::optional<base::Json> props;   ///< What GET /props answers; none: 404.
  std::size_t slots = 0;             ///< Chat completions in service at once; 0: any number.
  std::optional<Stall> stall;        ///< None: it never stalls.
  double metrics_tokens_factor = 1;  ///< By which GET /metrics multiplies counts of tokens.
  std::vector<Rule> rules;           ///< The first that matches answers.
};

}  // namespace assay::endpoint

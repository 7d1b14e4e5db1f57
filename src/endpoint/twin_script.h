// A twin's script as plain data. docs/reference/twin-script.md says what each key means; the parser
// in twin_script.cc is the only reader of the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "endpoint/twin_rule.h"

namespace assay::endpoint {

struct TwinScript {
  std::string model = "twin";
  std::uint64_t seed = 1;
  std::optional<base::Json> props;  ///< What GET /props answers; none: 404.
  std::vector<Rule> rules;          ///< The first that matches answers.
};

}  // namespace assay::endpoint

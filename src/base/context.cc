#include "base/context.h"

namespace assay::base {

std::optional<std::string> Context::variable(std::string_view name) const {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace assay::base

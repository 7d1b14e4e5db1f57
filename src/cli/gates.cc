#include "cli/gates.h"

#include <fmt/core.h>

namespace assay::cli {

void add_fail_on(CLI::App& command, std::vector<std::string>& expressions) {
  command
      .add_option(
          "--fail-on", expressions,
          "End with exit code 11 when one of these holds, separated by commas: no-decision, "
          "worse, undecided, void, not-confirmed, traps, or a figure of what is recommended, "
          "such as accuracy<0.8 or ttft_ms_p95>500")
      ->type_name("EXPR")
      ->take_all()
      ->allow_extra_args(false);
}

base::Result<std::vector<finding::Gate>> gates_of(const std::vector<std::string>& expressions) {
  std::vector<finding::Gate> gates;
  for (const std::string& expression : expressions) {
    ASSAY_TRY(const std::vector<finding::Gate> parsed, finding::parse_gates(expression));
    gates.insert(gates.end(), parsed.begin(), parsed.end());
  }
  return gates;
}

base::Status status_of(const std::vector<finding::GateFailure>& failures) {
  if (failures.empty()) return base::Done{};
  return base::Error{base::ErrorKind::GateFailed,
                     fmt::format("what --fail-on names holds\n{}", finding::describe(failures)), "",
                     ""};
}

}  // namespace assay::cli

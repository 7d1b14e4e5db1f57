// What makes a pipeline stop: the conditions of --fail-on. Called by the verbs that report. Reads
// the report as JSON (docs/reference/report-json.md), which is what a gate's author can look at.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace assay::finding {

enum class GateWord { Figure, NoDecision, Worse, Undecided, Void, NotConfirmed, Traps };
enum class GateOrder { Less, LessOrEqual, Greater, GreaterOrEqual };

/// One condition that must not hold.
struct Gate {
  std::string text;  ///< As written: "accuracy<0.8".
  GateWord word = GateWord::Figure;
  std::string member;  ///< Of a cell in the report; only with Figure.
  GateOrder order = GateOrder::Less;
  double bound = 0;
};

/// A condition that held.
struct GateFailure {
  std::string text;      ///< The gate's.
  std::string measured;  ///< "accuracy is 0.72 in pebble-m/baseline".
  std::string cell;      ///< Empty: it concerns the whole study.
};

/// Reads "no-decision,accuracy<0.8". A Usage error that lists what is known for anything else; an
/// empty list or element is one too.
base::Result<std::vector<Gate>> parse_gates(std::string_view list);

/// The gates that `report` (report::to_json()) fails, in the order given. Figures are those of the
/// recommended cell; one that was not measured fails its gate, since nothing shows that it holds,
/// and so does every figure when no cell is recommended.
std::vector<GateFailure> failed_gates(const std::vector<Gate>& gates, const base::Json& report);

/// The same for a comparison (report::comparison_json()): `worse` and `undecided` look at its rows,
/// all other gates at the second study's report.
std::vector<GateFailure> failed_gates(const std::vector<Gate>& gates, const base::Json& comparison,
                                      const base::Json& second_report);

/// A line for each, indented: "  accuracy<0.8: accuracy is 0.72 in pebble-m/baseline".
std::string describe(const std::vector<GateFailure>& failures);

}  // namespace assay::finding

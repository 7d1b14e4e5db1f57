#include "report/junit.h"

#include <fmt/format.h>

#include <cmath>

#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/escape.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::GateFailure;
using finding::ModelFinding;
using finding::StudyFinding;

struct Counts {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
};

std::string failure_xml(const GateFailure& failure, Counts& counts) {
  ++counts.failures;
  return fmt::format("      <failure message=\"{}\" type=\"fail-on\">{}</failure>\n",
                     xml_text(failure.measured), xml_text(failure.text));
}

/// JUnit's readers allow one of failure, error and skipped; a failed gate says most.
std::string state_xml(const CellFinding& cell, const std::vector<GateFailure>& failures,
                      Counts& counts) {
  for (const GateFailure& failure : failures) {
    if (failure.cell == cell.id) return failure_xml(failure, counts);
  }
  if (cell.n > 0) return "";
  if (cell.unscored > 0) {
    ++counts.errors;
    return fmt::format("      <error message=\"none of {} could be scored\"/>\n",
                       finding::counted(cell.unscored, "trial"));
  }
  ++counts.skipped;
  const std::string why = finding::is_void(cell) ? finding::verdict_sentence(cell, 0) : "not run";
  return fmt::format("      <skipped message=\"{}\"/>\n", xml_text(why));
}

std::string figures(const CellFinding& cell, double margin) {
  const finding::MeasureWords& words = finding::words_of(cell);
  std::string text = fmt::format(
      "{} {} ({}) of {}, {} tokens/s, {} a {}", finding::percent(cell.accuracy), words.right,
      finding::percent_range(cell.accuracy_interval), finding::counted(cell.n, words.trial),
      finding::decimal(cell.tokens_per_s), finding::milliseconds(cell.wall_ms_p50), words.timed);
  if (cell.difference) text += "\n" + finding::verdict_sentence(cell, margin);
  return text;
}

std::string case_xml(const StudyFinding& finding, const ModelFinding& model,
                     const CellFinding& cell, const std::vector<GateFailure>& failures,
                     Counts& counts) {
  ++counts.tests;
  const double seconds = std::isfinite(cell.wall_ms_p50) ? cell.wall_ms_p50 / 1000.0 : 0.0;
  std::string xml =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">\n",
                  xml_text(model.model), xml_text(finding::cell_label(cell)), seconds);
  xml += state_xml(cell, failures, counts);
  if (cell.n > 0) {
    xml +=
        fmt::format("      <system-out>{}</system-out>\n", xml_text(figures(cell, finding.margin)));
  }
  return xml + "    </testcase>\n";
}

std::string suite_xml(std::string_view name, const std::string& timestamp, const Counts& counts,
                      const std::string& cases) {
  return fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "timestamp=\"{}\">\n{}  </testsuite>\n",
      xml_text(name), counts.tests, counts.failures, counts.errors, counts.skipped,
      xml_text(timestamp), cases);
}

std::string decision_xml(const StudyFinding& finding, const std::vector<GateFailure>& failures,
                         Counts& counts) {
  ++counts.tests;
  std::string xml = "    <testcase classname=\"decision\" name=\"decision\" time=\"0\">\n";
  for (const GateFailure& failure : failures) {
    if (!failure.cell.empty()) continue;
    xml += failure_xml(failure, counts);
    break;  // One per test case; stderr of the run has them all.
  }
  xml += fmt::format("      <system-out>{}\n{}</system-out>\n", xml_text(finding.decision.headline),
                     xml_text(finding.decision.caveat));
  return xml + "    </testcase>\n";
}

}  // namespace

std::string to_junit(const StudyFinding& finding, const std::vector<GateFailure>& failures) {
  std::string timestamp = finding.created;
  if (timestamp.ends_with('Z')) timestamp.pop_back();  // The schema wants a time without a zone.
  std::string suites;
  Counts all;
  const auto add = [&](std::string_view name, const Counts& counts, const std::string& cases) {
    suites += suite_xml(name, timestamp, counts, cases);
    all.tests += counts.tests;
    all.failures += counts.failures;
    all.errors += counts.errors;
    all.skipped += counts.skipped;
  };
  for (const ModelFinding& model : finding.models) {
    Counts counts;
    std::string cases;
    for (const CellFinding& cell : model.cells) {
      cases += case_xml(finding, model, cell, failures, counts);
    }
    add(model.model, counts, cases);
  }
  Counts counts;
  const std::string decision = decision_xml(finding, failures, counts);
  add("decision", counts, decision);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" "
      "failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}</testsuites>\n",
      xml_text(finding.name + " (" + finding.study + ")"), all.tests, all.failures, all.errors,
      all.skipped, suites);
}

}  // namespace assay::report

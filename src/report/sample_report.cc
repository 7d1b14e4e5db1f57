// sample_report html|markdown|terminal|json: a report of an invented study on standard output.
#include <cstdio>
#include <string_view>

#include "finding/sample_study_test_support.h"
#include "report/report.h"

int main(int count, char** arguments) {
  const assay::finding::StudyFinding finding = assay::test::sample_quickstart().finding();
  const std::string_view format = count > 1 ? arguments[1] : "html";
  std::string text = assay::report::to_html(finding);
  if (format == "markdown") text = assay::report::to_markdown(finding);
  if (format == "terminal") text = assay::report::to_terminal(finding, {});
  if (format == "json") text = assay::base::dump_json_pretty(assay::report::to_json(finding));
  std::fputs(text.c_str(), stdout);
  return 0;
}

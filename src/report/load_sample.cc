// load_sample html|text|json|junit|live [steps|breakpoint|two]: an invented load test on standard
// output.
#include <cstdio>
#include <string_view>

#include "report/load_live.h"
#include "report/load_report.h"
#include "report/load_sample_test_support.h"

int main(int count, char** arguments) {
  const std::string_view format = count > 1 ? arguments[1] : "html";
  const std::string_view which = count > 2 ? arguments[2] : "steps";
  assay::load::LoadReport report = assay::test::sample_load_steps();
  if (which == "breakpoint") report = assay::test::sample_load_breakpoint();
  if (which == "two") report = assay::test::sample_load_two_targets();
  std::string text = format == "html" ? assay::report::load_html(report) : "";
  if (format == "text") text = assay::report::load_text(report, {.columns = 100});
  if (format == "junit") text = assay::report::load_junit(report);
  if (format == "json") text = assay::base::dump_json_pretty(assay::report::load_json(report));
  if (format == "live") {
    for (const std::string& line :
         assay::report::live_lines(assay::test::sample_live_state(), 100)) {
      text += line + "\n";
    }
  }
  std::fputs(text.c_str(), stdout);
  return 0;
}

#include <fmt/format.h>

#include "report/escape.h"
#include "report/load_report.h"
#include "report/load_words.h"

namespace assay::report {
namespace {

struct Suite {
  std::string cases;
  int tests = 0;
  int failures = 0;
};

void add_case(std::string_view classname, std::string_view name, const std::string& failure,
              const std::string& output, double seconds, Suite& suite) {
  ++suite.tests;
  if (!failure.empty()) ++suite.failures;
  suite.cases += fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">\n{}"
      "      <system-out>{}</system-out>\n    </testcase>\n",
      xml_text(classname), xml_text(name), seconds, failure, xml_text(output));
}

std::string failure_xml(std::string_view type, std::string_view message) {
  return fmt::format("      <failure message=\"{}\" type=\"{}\"/>\n", xml_text(message),
                     xml_text(type));
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : " ") + sentence;
  return text;
}

void add_verdict(const load::TargetReport& target, Suite& suite) {
  const std::string meaning =
      fmt::format("{}: {}", load::name_of(target.verdict), verdict_meaning(target.verdict));
  const std::string reasons = joined(target.reasons);
  const std::string failure =
      target.verdict == load::Verdict::Valid
          ? ""
          : failure_xml(load::name_of(target.verdict), reasons.empty() ? meaning : reasons);
  const load::Summary& summary = target.summary;
  const std::string failures = failures_text(summary);
  add_case(target.target.name, "verdict", failure,
           fmt::format("{}\n{} requests, {} completed, {} failed{}\n{} requests/s, {} tokens/s",
                       meaning, requests_of(summary), summary.completed, failed_of(summary),
                       failures.empty() ? "" : ": " + failures, rate_text(summary.rate_achieved),
                       rate_text(summary.output_tps)),
           summary.seconds, suite);
}

void add_threshold(const load::TargetReport& target, const load::JudgedThreshold& judged,
                   Suite& suite) {
  const std::string& metric = judged.threshold.metric;
  std::string found = "too few requests to say";
  if (judged.figure) {
    const std::string range = figure_range(metric, *judged.figure);
    found = fmt::format("{} is {}{}", metric, figure_text(metric, judged.figure->value),
                        range.empty() ? "" : fmt::format(" (95% interval {})", range));
    if (judged.outcome == load::Outcome::Inconclusive) found += "; " + inconclusive_reason(judged);
  }
  const std::string failure =
      judged.outcome == load::Outcome::Met ? "" : failure_xml(load::name_of(judged.outcome), found);
  add_case(target.target.name, judged.threshold.expression, failure, found, 0, suite);
}

}  // namespace

std::string load_junit(const load::LoadReport& report) {
  std::string timestamp = base::iso8601_utc(report.started_unix_ms);
  timestamp.pop_back();  // The schema wants a time without a zone.
  std::string suites;
  int tests = 0;
  int failures = 0;
  for (const load::TargetReport& target : report.targets) {
    Suite suite;
    add_verdict(target, suite);
    for (const load::JudgedThreshold& judged : target.thresholds) {
      add_threshold(target, judged, suite);
    }
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
        "timestamp=\"{}\" time=\"{:.6f}\">\n{}  </testsuite>\n",
        xml_text(target.target.name), suite.tests, suite.failures, xml_text(timestamp),
        target.summary.seconds, suite.cases);
    tests += suite.tests;
    failures += suite.failures;
  }
  const std::string id = report.id.empty() ? "" : fmt::format(" ({})", report.id);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" "
      "failures=\"{}\" errors=\"0\" skipped=\"0\">\n{}</testsuites>\n",
      xml_text(report.name + id), tests, failures, suites);
}

}  // namespace assay::report

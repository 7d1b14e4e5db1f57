// docs/reference/scorers.md, written from the scorer table.
#include <fmt/core.h>

#include "task/scorer.h"

namespace assay::task {
namespace {

constexpr std::string_view kIntroduction = R"(# Scorers

<!-- Generated from src/task/scorer_table.cc; the test ScorerReference rewrites it with ASSAY_ACCEPT=1. -->

A scorer compares a model's reply with what a case expects and gives a value from 0 to 1 and a
reason in one line. Every scorer below gives 0 or 1, and 1 for an empty reply where nothing is
expected. A scorer that cannot judge, because a pattern is too costly for example, is recorded as
`scorer_failure`: unscored is not wrong.

A case names its scorer, `"scorer": "contains"`, or gives it options,
`"scorer": {"type": "contains", "case_sensitive": true}`. An option that the scorer does not have,
and an expectation of the wrong shape, are errors when the file is read.
[Task files](task-files.md) has the rest of the format.

)";

std::string options_table(std::span<const ScorerOption> options) {
  std::string text = "| option | value | when absent | meaning |\n|---|---|---|---|\n";
  for (const ScorerOption& option : options) {
    text += fmt::format("| `{}` | {} | `{}` | {} |\n", option.name, option.type, option.fallback,
                        option.meaning);
  }
  return text;
}

std::string summary() {
  std::string text = "| scorer | expects |\n|---|---|\n";
  for (const ScorerRow& row : scorers()) {
    text += fmt::format("| [`{0}`](#{0}) | {1} |\n", row.name, row.expects);
  }
  return text;
}

std::string section(const ScorerRow& row) {
  std::string text = fmt::format("\n## {}\n\n{}\n\n**Expects** {}.\n\n```jsonl\n{}\n```\n",
                                 row.name, row.meaning, row.expects, row.example);
  if (!row.options.empty()) text += "\n" + options_table(row.options);
  return text;
}

}  // namespace

std::string scorer_reference() {
  std::string text(kIntroduction);
  text += summary();
  text += "\n## Options of every scorer\n\n" + options_table(common_scorer_options());
  for (const ScorerRow& row : scorers()) text += section(row);
  return text;
}

}  // namespace assay::task

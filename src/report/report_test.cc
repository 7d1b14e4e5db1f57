#include "report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "finding/sample_study_test_support.h"
#include "report/golden_test_support.h"

namespace assay::report {
namespace {

using test::first;
using test::SampleStudy;
using ::testing::HasSubstr;
using ::testing::Not;

const finding::StudyFinding& quickstart() {
  static const finding::StudyFinding finding = test::sample_quickstart().finding();
  return finding;
}

finding::StudyFinding without_verdicts() {
  SampleStudy study(40, 1);
  study.add({.is_right = first(30)});
  study.add({.factor = "temperature", .level = "1.5", .is_right = first(10)});
  return study.finding();
}

TEST(ToJson, HasTheContractsMembers) {
  const base::Json json = to_json(quickstart());
  EXPECT_EQ(json["study"], "k3f9");
  ASSERT_EQ(json["models"].size(), 3U);
  EXPECT_EQ(json["models"][1]["model"], "pebble-m");
  const base::Json& cells = json["models"][1]["cells"];
  ASSERT_EQ(cells.size(), 6U);
  for (const base::Json& cell : cells) {
    for (const char* member :
         {"id", "factor", "level", "n", "accuracy", "accuracy_low", "accuracy_high", "delta",
          "delta_low", "delta_high", "verdict", "ttft_ms_p50", "tokens_per_s"}) {
      EXPECT_TRUE(cell.contains(member)) << member;
    }
  }
  for (const char* member : {"factor", "level", "delta", "delta_low", "delta_high", "verdict"}) {
    EXPECT_TRUE(cells[0][member].is_null()) << member;
  }
  EXPECT_EQ(cells[2]["factor"], "temperature");
  EXPECT_EQ(cells[2]["level"], "1.5");
  EXPECT_EQ(cells[2]["verdict"], "worse");
  EXPECT_EQ(cells[2]["n"], 240);
  EXPECT_LT(cells[2]["delta"].get<double>(), 0);
  EXPECT_TRUE(cells[0]["cost_usd_per_1000"].is_null());
  EXPECT_EQ(json["decision"]["made"], true);
  EXPECT_EQ(json["decision"]["model"], "pebble-m");
}

TEST(ToJson, NamesTraps) {
  const base::Json traps = to_json(quickstart())["models"][1]["traps"];
  ASSERT_GE(traps.size(), 1U);
  EXPECT_EQ(traps[0]["name"], "truncation");
  EXPECT_EQ(traps[0]["cell"], "pebble-m/max_tokens=8");
  EXPECT_TRUE(traps[0]["sentence"].is_string());
  EXPECT_EQ(traps[0]["figures"]["truncated"], 102);
}

TEST(ToHtml, NamesTraps) {
  EXPECT_THAT(to_html(quickstart()), HasSubstr("<li><strong>truncation</strong>: max_tokens 8:"));
}

TEST(CardToMarkdown, HoldsItsOwnModelAlone) {
  const finding::StudyFinding finding = test::sample_quickstart().finding();
  ASSERT_GE(finding.models.size(), 2U);
  const std::string card = card_to_markdown(finding, finding.models[0]);
  EXPECT_THAT(card, HasSubstr("# Finding card: " + finding.models[0].model));
  EXPECT_THAT(card, HasSubstr(finding.decision.headline));
  EXPECT_THAT(card, Not(HasSubstr("## " + finding.models[1].model)));
}

TEST(ToMarkdown, IsTheCardAsReviewed) { expect_golden("quickstart.md", to_markdown(quickstart())); }

TEST(ToTerminal, IsTheReportAsReviewed) {
  expect_golden("quickstart.txt", to_terminal(quickstart(), base::Terminal{}));
}

TEST(ToTerminal, FitsItsColumns) {
  for (const int columns : {52, 60, 80}) {
    const std::string text = to_terminal(quickstart(), base::Terminal{.columns = columns});
    for (const std::string_view line : base::split_lines(text)) {
      EXPECT_LE(base::display_width(line), static_cast<std::size_t>(columns)) << line;
    }
  }
}

TEST(ToTerminal, HasColourOnlyWhereTheTerminalHas) {
  EXPECT_THAT(to_terminal(quickstart(), base::Terminal{}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_terminal(quickstart(), base::Terminal{.color = true}),
              HasSubstr("\x1b[31mworse\x1b[0m"));
}

TEST(ToHtml, StandsAlone) {
  const std::string html = to_html(quickstart());
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
}

TEST(ToHtml, ShowsWhatModelsWroteAsText) {
  const std::string html = to_html(quickstart());
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  EXPECT_THAT(html, HasSubstr("&lt;memory&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("\x1b")));
}

TEST(Reports, NeverShowAnUnknownNumberAsSuch) {
  SampleStudy study(40, 3);
  study.add({.unscored = 40});
  study.add({.factor = "context", .level = "64"});
  study.drop_trials(120);
  const finding::StudyFinding finding = study.finding();
  EXPECT_THAT(to_html(finding), Not(HasSubstr("nan")));
  EXPECT_THAT(to_markdown(finding), Not(HasSubstr("nan")));
  EXPECT_THAT(to_terminal(finding, {}), Not(HasSubstr("nan")));
  EXPECT_TRUE(to_json(finding)["models"][0]["cells"][0]["accuracy"].is_null());
}

TEST(Reports, PrintNoVerdictFromSingleRepeats) {
  const finding::StudyFinding finding = without_verdicts();
  for (const std::string& text : {to_markdown(finding), to_terminal(finding, {}),
                                  to_html(finding).substr(to_html(finding).find("<main>"))}) {
    for (const char* word : {"worse", "better", "equivalent", "undecided"}) {
      EXPECT_THAT(text, Not(HasSubstr(word)));
    }
    EXPECT_THAT(text, HasSubstr("No decision: it takes three repeats"));
  }
  EXPECT_TRUE(to_json(finding)["models"][0]["cells"][1]["verdict"].is_null());
  EXPECT_EQ(to_json(finding)["decision"]["made"], false);
}

}  // namespace
}  // namespace assay::report

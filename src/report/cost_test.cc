#include "report/cost.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/text.h"
#include "catalog/sample_cost_test_support.h"
#include "report/cost_words.h"

namespace assay::report {
namespace {

using testing::HasSubstr;
using testing::Not;

catalog::CostComparison sample() {
  return catalog::compare_costs(
             catalog::sample_inputs(), "EUR",
             {catalog::sample_price(), catalog::sample_price("<b>free</b>", 0.001, 0.001)})
      .value();
}

base::Terminal plain() { return {}; }

TEST(CostWords, ShowAmountsOfEverySize) {
  EXPECT_EQ(amount(0), "0");
  EXPECT_EQ(amount(0.0018), "0.00180");
  EXPECT_EQ(amount(0.000001234), "0.00000123");
  EXPECT_EQ(amount(0.999), "1.00");
  EXPECT_EQ(amount(1234567.891), "1,234,567.89");
  EXPECT_EQ(amount(-1234.5), "-1,234.50");
}

TEST(CostWords, ShowVolumesOfEverySize) {
  EXPECT_EQ(volume(1), "1");
  EXPECT_EQ(volume(999), "999");
  EXPECT_EQ(volume(23'992), "23,992");
  EXPECT_EQ(volume(1.26e9), "1.3 billion");
}

TEST(CostText, SaysCurrencyCostsAndBreakEven) {
  const std::string text = cost_text(sample(), plain());
  EXPECT_THAT(text, HasSubstr("in EUR"));
  EXPECT_THAT(text, HasSubstr("131,490 tasks a month"));
  EXPECT_THAT(text, HasSubstr("a Sample/cloud"));
  EXPECT_THAT(text, HasSubstr("23,992  2026-09-30"));
  EXPECT_THAT(text, HasSubstr("b  never: one task's energy alone costs as much as the cloud"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b[")));
}

TEST(CostText, IsBoldOnlyWhereTheTerminalHasColor) {
  base::Terminal terminal;
  terminal.color = true;
  EXPECT_THAT(cost_text(sample(), terminal), HasSubstr("\x1b[1m"));
}

TEST(CostText, FitsTheTerminal) {
  base::Terminal terminal;
  terminal.columns = 80;
  const std::string text = cost_text(sample(), terminal);
  const std::string chart = text.substr(text.find("EUR a month over"));
  for (const std::string_view line : base::split_lines(chart)) {
    EXPECT_LE(base::display_width(line), 80U) << line;
  }
}

TEST(CostJson, KeepsTheContract) {
  const base::Json json = cost_json(sample());
  EXPECT_EQ(json["currency"], "EUR");
  EXPECT_EQ(json["inputs"]["tasks_per_month"], 30'000);
  EXPECT_TRUE(json["measured"].is_null());
  EXPECT_EQ(json["local"]["machines"], 1);
  EXPECT_NEAR(json["local"]["per_month"].get<double>(), 43.8525, 1e-3);
  EXPECT_EQ(json["clouds"][0]["break_even"]["kind"], "at");
  EXPECT_EQ(json["clouds"][0]["break_even"]["tasks_per_month"], 23'992);
  EXPECT_EQ(json["clouds"][1]["break_even"]["kind"], "never");
  EXPECT_TRUE(json["clouds"][1]["break_even"]["tasks_per_month"].is_null());
  EXPECT_EQ(json["sensitivity"]["rows"][0]["moved"].size(), 4U);
}

TEST(CostChart, EscapesNamesAndMarksTheBreakEven) {
  const std::string svg = cost_chart_svg(sample());
  EXPECT_THAT(svg, testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, HasSubstr("Sample/cloud: break-even at 23,992 tasks a month"));
  EXPECT_THAT(svg, HasSubstr("break-even: never"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(CostChart, StandsAbsurdScales) {
  catalog::CostInputs inputs = catalog::sample_inputs();
  inputs.machine.hardware_price = 0;
  inputs.machine.watts_idle = 0;
  inputs.machine.kwh_price = 0;
  inputs.tasks_per_month = 1;
  const auto comparison =
      catalog::compare_costs(inputs, "USD", {catalog::sample_price("free", 0, 0)}).value();
  const std::string svg = cost_chart_svg(comparison);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  EXPECT_THAT(cost_text(comparison, plain()), HasSubstr("always"));
}

TEST(CostChart, DrawsLocalAndBreakEvenInCharacters) {
  const std::string chart = cost_chart_text(sample(), 80);
  EXPECT_THAT(chart, HasSubstr("●"));
  EXPECT_THAT(chart, HasSubstr("╳"));
  EXPECT_THAT(chart, HasSubstr("a"));
}

}  // namespace
}  // namespace assay::report

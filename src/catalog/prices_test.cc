#include "catalog/prices.h"

#include <gmock/gmock.h>

namespace assay::catalog {
namespace {

using testing::HasSubstr;

constexpr const char* kTwo = R"(
currency = "EUR"
[[price]]
provider = "One"
model = "small"
input = 0.5
output = 2
cached_input = 0.05
date = 2026-09-30
source = "https://one.example/prices"
[[price]]
provider = "Two"
model = "large"
input = 3
output = 15
date = 2026-10-01
source = "https://two.example/prices"
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(ParsePrices, ReadsEveryColumn) {
  const auto table = parse_prices(kTwo, "prices.toml");
  ASSERT_TRUE(table.has_value()) << table.error().to_string();
  EXPECT_EQ(table->currency, "EUR");
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(table->rows[0].name(), "One/small");
  EXPECT_DOUBLE_EQ(table->rows[0].input, 0.5);
  EXPECT_DOUBLE_EQ(table->rows[0].output, 2);
  EXPECT_DOUBLE_EQ(table->rows[0].cached_input.value(), 0.05);
  EXPECT_EQ(date_text(table->rows[0]), "2026-09-30");
  EXPECT_FALSE(table->rows[1].cached_input.has_value());
}

TEST(ParsePrices, ShippedTableIsWellFormedAndDated) {
  const auto table = parse_prices(shipped_prices(), "the shipped prices");
  ASSERT_TRUE(table.has_value()) << table.error().to_string();
  EXPECT_EQ(table->currency, "USD");
  EXPECT_GE(table->rows.size(), 5U);
  for (const CloudPrice& price : table->rows) {
    EXPECT_TRUE(price.date.ok()) << price.name();
    EXPECT_THAT(price.source, testing::StartsWith("https://")) << price.name();
    EXPECT_GT(price.output, 0) << price.name();
    EXPECT_LE(price.cached_input.value_or(0), price.input) << price.name();
  }
}

struct WrongTable {
  std::string from;
  std::string to;
  std::string said;
};

class WrongTables : public testing::TestWithParam<WrongTable> {};

TEST_P(WrongTables, AreRefusedWithWhatIsWrong) {
  const auto table = parse_prices(with(kTwo, GetParam().from, GetParam().to), "prices.toml");
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().to_string(), HasSubstr(GetParam().said));
  EXPECT_THAT(table.error().to_string(), HasSubstr("prices.toml"));
}

INSTANTIATE_TEST_SUITE_P(
    Prices, WrongTables,
    testing::Values(WrongTable{"currency = \"EUR\"", "", "currency"},
                    WrongTable{"input = 0.5", "", "lacks `input`"},
                    WrongTable{"input = 0.5", "input = -1", "at least 0"},
                    WrongTable{"input = 0.5", "input = nan", "at least 0"},
                    WrongTable{"input = 0.5", "input = inf", "at least 0"},
                    WrongTable{"input = 0.5", "input = \"0.5\"", "the string"},
                    WrongTable{"input = 0.5", "inputs = 0.5", "unknown key `inputs`"},
                    WrongTable{"date = 2026-09-30", "date = \"2026-09-30\"", "a date such as"},
                    WrongTable{"date = 2026-09-30", "date = 2026-02-31", "TOML"},
                    WrongTable{"\"Two\"\nmodel = \"large\"", "\"One\"\nmodel = \"small\"",
                               "two prices of One/small"},
                    WrongTable{"[[price]]", "[price]", "TOML"},
                    WrongTable{"currency", "currency = ", "TOML"}));

TEST(ParsePrices, RefusesATableWithoutRows) {
  const auto table = parse_prices("currency = \"USD\"\n", "prices.toml");
  EXPECT_THAT(table.error().message, HasSubstr("found 0"));
}

TEST(ChoosePrices, TakesModelsByEitherName) {
  const PriceTable table = parse_prices(kTwo, "prices.toml").value();
  const auto chosen = choose_prices(table, {"large", "One/small", "Two/large"});
  ASSERT_TRUE(chosen.has_value());
  ASSERT_EQ(chosen->size(), 2U);
  EXPECT_EQ((*chosen)[0].model, "large");
  EXPECT_EQ(choose_prices(table, {})->size(), 2U);
}

TEST(ChoosePrices, SuggestsTheNearestName) {
  const auto chosen = choose_prices(parse_prices(kTwo, "prices.toml").value(), {"One/smal"});
  EXPECT_THAT(chosen.error().hint, HasSubstr("did you mean `One/small`?"));
}

TEST(ChoosePrices, AsksForTheProviderWhenTwoSellTheModel) {
  PriceTable table = parse_prices(kTwo, "prices.toml").value();
  table.rows[1].model = "small";
  EXPECT_THAT(choose_prices(table, {"small"}).error().message, HasSubstr("both One/small and"));
}

TEST(Converted, MultipliesEveryPrice) {
  const PriceTable table = converted(parse_prices(kTwo, "prices.toml").value(), "CHF", 0.5);
  EXPECT_EQ(table.currency, "CHF");
  EXPECT_DOUBLE_EQ(table.rows[0].input, 0.25);
  EXPECT_DOUBLE_EQ(table.rows[0].output, 1);
  EXPECT_DOUBLE_EQ(table.rows[0].cached_input.value(), 0.025);
}

TEST(AgeDays, CountsFromTheRowsDate) {
  const CloudPrice price = parse_prices(kTwo, "prices.toml")->rows[0];
  constexpr std::int64_t kDayMs = 86'400'000;
  // 2026-09-30 is day 20,726 since 1970.
  EXPECT_EQ(age_days(price, 20'726 * kDayMs), 0);
  EXPECT_EQ(age_days(price, 20'906 * kDayMs + kDayMs - 1), 180);
}

}  // namespace
}  // namespace assay::catalog

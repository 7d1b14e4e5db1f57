// What cloud models cost, as a dated table that ships with the program and that its user may edit.
// Read by `assay cost`; docs/reference/cost.md describes the file. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace assay::catalog {

/// One list price, in the table's currency per million tokens.
struct CloudPrice {
  std::string provider;
  std::string model;
  double input = 0;
  double output = 0;
  std::optional<double> cached_input;  ///< None: prompt tokens served from a cache cost `input`.
  std::chrono::year_month_day date;    ///< The last day it was known to be on the list.
  std::string source;                  ///< Where to check it.

  /// "OpenAI/gpt-5-nano".
  std::string name() const { return provider + "/" + model; }
};

struct PriceTable {
  std::string currency;  ///< As written in the file, "USD".
  std::vector<CloudPrice> rows;
};

/// `source` names the text in errors. BadInput, with line and key, for what is not such a table:
/// unknown keys, prices that are negative or not finite, a missing date, two rows of one model.
base::Result<PriceTable> parse_prices(std::string_view text, std::string_view source);

/// The text of data/prices.toml at build time.
std::string_view shipped_prices();

/// The rows so named, "provider/model" or only the model, in that order; all rows for no names.
/// BadInput for a name that no row has or that several have.
base::Result<std::vector<CloudPrice>> choose_prices(const PriceTable& table,
                                                    const std::vector<std::string>& names);

/// The same prices in another currency, of which one unit of the table's buys `rate`. Worked
/// number: 0.40 USD at 0.92 EUR a USD is 0.368 EUR.
PriceTable converted(PriceTable table, std::string currency, double rate);

/// Whole days from the row's date to the moment; negative for a date to come.
std::int64_t age_days(const CloudPrice& price, std::int64_t unix_ms);

/// "2026-09-30".
std::string date_text(const CloudPrice& price);

}  // namespace assay::catalog

#include "catalog/prices.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "base/toml_row.h"

namespace assay::catalog {
namespace {

using base::Result;
using base::Status;

constexpr std::size_t kRowsMost = 500;
constexpr double kPriceMost = 1e9;

struct RowReader : base::TomlRow {
  Result<double> price(const char* key) const {
    ASSAY_TRY(const toml::node* node, required(key));
    const auto value = node->value<double>();
    if (!node->is_number() || !value || !(*value >= 0 && *value <= kPriceMost)) {
      return base::toml_mismatch(source, *node, key, "a price per million tokens of at least 0");
    }
    return *value;
  }
};

Result<CloudPrice> read_row(std::string_view source, const toml::table& row) {
  static const std::vector<std::string> kKnown{"provider",     "model", "input", "output",
                                               "cached_input", "date",  "source"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(row, kKnown, source, "[[price]]"));
  const RowReader reader{{source, "[[price]]", row}};
  CloudPrice price;
  ASSAY_TRY(price.provider, reader.text("provider"));
  ASSAY_TRY(price.model, reader.text("model"));
  ASSAY_TRY(price.input, reader.price("input"));
  ASSAY_TRY(price.output, reader.price("output"));
  if (row.contains("cached_input")) {
    ASSAY_TRY(price.cached_input, reader.price("cached_input"));
  }
  ASSAY_TRY(price.date, reader.date("date"));
  ASSAY_TRY(price.source, reader.text("source"));
  return price;
}

Status append(std::string_view source, const toml::node& node, PriceTable& table) {
  const auto* row = node.as_table();
  if (row == nullptr) return base::toml_mismatch(source, node, "price", "a [[price]] table");
  ASSAY_TRY(CloudPrice price, read_row(source, *row));
  for (const CloudPrice& other : table.rows) {
    if (other.name() != price.name()) continue;
    return base::bad_input(fmt::format("two prices of {}", price.name()),
                           "keep the one that holds today",
                           base::toml_place(source, node, "[[price]]"));
  }
  table.rows.push_back(std::move(price));
  return base::Done{};
}

Result<CloudPrice> find_price(const PriceTable& table, const std::string& name) {
  const CloudPrice* found = nullptr;
  std::vector<std::string> names;
  for (const CloudPrice& price : table.rows) {
    names.push_back(price.name());
    if (price.name() == name) return price;
    if (price.model != name) continue;
    if (found != nullptr) {
      return base::bad_input(
          fmt::format("both {} and {} sell `{}`", found->name(), price.name(), name),
          "name the provider too");
    }
    found = &price;
  }
  if (found != nullptr) return *found;
  const auto suggestion = base::nearest(name, names);
  std::string known;
  for (const std::string& candidate : names) known += (known.empty() ? "" : ", ") + candidate;
  return base::bad_input(fmt::format("no price of `{}` in the table", name),
                         suggestion
                             ? fmt::format("did you mean `{}`? known: {}", *suggestion, known)
                             : fmt::format("known: {}", known));
}

}  // namespace

Result<PriceTable> parse_prices(std::string_view text, std::string_view source) {
  ASSAY_TRY(const toml::table document, base::parse_toml(text, source));
  static const std::vector<std::string> kKnown{"currency", "price"};
  ASSAY_TRY_DONE(base::reject_unknown_keys(document, kKnown, source, "the price table"));
  PriceTable table;
  const auto* currency = document.get_as<std::string>("currency");
  if (currency == nullptr || currency->get().empty() || currency->get().size() > 20) {
    return base::bad_input("expected `currency` to name the prices' currency",
                           "write `currency = \"USD\"` before the first [[price]]",
                           std::string(source));
  }
  table.currency = currency->get();
  const auto* rows = document.get_as<toml::array>("price");
  if (rows == nullptr || rows->empty() || rows->size() > kRowsMost) {
    return base::bad_input(fmt::format("expected 1 to {} [[price]] tables, found {}", kRowsMost,
                                       rows == nullptr ? 0 : rows->size()),
                           "`assay cost --write-prices FILE` writes a table to start from",
                           std::string(source));
  }
  for (const toml::node& node : *rows) ASSAY_TRY_DONE(append(source, node, table));
  return table;
}

Result<std::vector<CloudPrice>> choose_prices(const PriceTable& table,
                                              const std::vector<std::string>& names) {
  if (names.empty()) return table.rows;
  std::vector<CloudPrice> chosen;
  for (const std::string& name : names) {
    ASSAY_TRY(CloudPrice price, find_price(table, name));
    const bool twice = std::any_of(chosen.begin(), chosen.end(), [&](const CloudPrice& other) {
      return other.name() == price.name();
    });
    if (!twice) chosen.push_back(std::move(price));
  }
  return chosen;
}

PriceTable converted(PriceTable table, std::string currency, double rate) {
  table.currency = std::move(currency);
  for (CloudPrice& price : table.rows) {
    price.input *= rate;
    price.output *= rate;
    if (price.cached_input) *price.cached_input *= rate;
  }
  return table;
}

std::int64_t age_days(const CloudPrice& price, std::int64_t unix_ms) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::int64_t listed = std::chrono::sys_days(price.date).time_since_epoch().count();
  return unix_ms / kDayMs - listed;
}

std::string date_text(const CloudPrice& price) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(price.date.year()),
                     static_cast<unsigned>(price.date.month()),
                     static_cast<unsigned>(price.date.day()));
}

}  // namespace assay::catalog

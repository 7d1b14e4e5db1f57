// Rows of a query as values. Used by this room only.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/sqlite.h"

namespace assay::store {

/// All rows of a query whose values are bound, each turned into a value. `doing` completes
/// "cannot …" in the error.
template <typename Row>
base::Result<std::vector<Row>> rows_of(Statement& statement, std::string_view doing,
                                       Row (*row_of)(const Statement&)) {
  std::vector<Row> rows;
  while (true) {
    ASSAY_TRY(const bool more, statement.step(doing));
    if (!more) break;
    rows.push_back(row_of(statement));
  }
  statement.reset();
  return rows;
}

/// The first of them; none without rows.
template <typename Row>
base::Result<std::optional<Row>> first_row_of(Statement& statement, std::string_view doing,
                                              Row (*row_of)(const Statement&)) {
  ASSAY_TRY(std::vector<Row> rows, rows_of(statement, doing, row_of));
  return rows.empty() ? std::optional<Row>() : std::optional<Row>(std::move(rows.front()));
}

}  // namespace assay::store

#include "base/error.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <set>

#include "base/result.h"

namespace assay::base {
namespace {

TEST(Error, ShowsPlaceMessageAndHint) {
  EXPECT_EQ(bad_input("expected 3, found 2", "raise it", "a.toml:4").to_string(),
            "a.toml:4: expected 3, found 2\nhint: raise it");
  EXPECT_EQ(bad_input("no models").to_string(), "no models");
}

TEST(Error, GathersOuterPlaces) {
  EXPECT_EQ(bad_input("x", "", "line 3").in("b.jsonl").context, "b.jsonl: line 3");
  EXPECT_EQ(bad_input("x").in("b.jsonl").context, "b.jsonl");
}

TEST(Error, EveryKindHasItsOwnExitCode) {
  std::set<int> codes{0};
  std::set<std::string_view> names;
  for (const ErrorKindRow& row : ErrorKindTable()) {
    EXPECT_TRUE(codes.insert(row.exit_code).second) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&row_of(row.kind), &row);
  }
  EXPECT_EQ(row_of(ErrorKind::Usage).exit_code, 2);
  EXPECT_EQ(row_of(ErrorKind::Interrupted).exit_code, 130);
}

TEST(Error, FullDiskIsTheMachinesAndSaysWhatToDo) {
  const Error error = errno_error(ENOSPC, "write the journal", "/x/journal.db");
  EXPECT_EQ(error.kind, ErrorKind::System);
  EXPECT_THAT(error.message, testing::HasSubstr("No space left"));
  EXPECT_THAT(error.hint, testing::HasSubstr("free some disk space"));
}

Result<int> half(int value) {
  if (value % 2 != 0) return bad_input("odd");
  return value / 2;
}

Result<int> quarter(int value) {
  ASSAY_TRY(const int first, half(value));
  ASSAY_TRY(const int second, half(first));
  return second;
}

TEST(Result, TryPassesValuesAndErrorsOn) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().message, "odd");
}

}  // namespace
}  // namespace assay::base

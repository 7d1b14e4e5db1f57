// Comparing with the files beside the tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/file.h"
#include "support/outside.h"

namespace assay::report {

/// Compares with the file of that name; ASSAY_ACCEPT=1 rewrites it.
inline void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(ASSAY_GOLDEN_FOLDER) / name;
  if (!test::Outside::inherited({"ASSAY_ACCEPT"}).empty()) {
    ASSERT_TRUE(base::write_file(file, text).has_value());
  }
  EXPECT_EQ(base::read_file(file).value_or("no file " + file.string()), text);
}

}  // namespace assay::report

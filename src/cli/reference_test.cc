#include "cli/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace assay::cli {
namespace {

TEST(Reference, PagesInDocsAreWhatTheSourceDeclares) {
  const std::filesystem::path folder = std::filesystem::path(ASSAY_SOURCE_DIR) / "docs/reference";
  const bool accept = std::getenv("ASSAY_ACCEPT") != nullptr;
  for (const ReferencePage& page : reference_pages()) {
    if (accept) {
      ASSERT_TRUE(base::write_file(folder / page.file, page.content).has_value());
    }
    const auto written = base::read_file(folder / page.file);
    ASSERT_TRUE(written.has_value()) << page.file << " is missing; run with ASSAY_ACCEPT=1";
    EXPECT_EQ(*written, page.content) << page.file << " is stale; run with ASSAY_ACCEPT=1";
  }
}

}  // namespace
}  // namespace assay::cli

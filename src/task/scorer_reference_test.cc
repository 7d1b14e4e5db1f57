#include <cstdlib>

#include "base/file.h"
#include "task/scorer_test_support.h"

namespace assay::task {
namespace {

const std::filesystem::path kReference =
    std::filesystem::path(ASSAY_SOURCE_DIR) / "docs" / "reference";

/// The lines between each ```jsonl and its closing fence.
std::string jsonl_examples(const std::string& markdown) {
  constexpr std::string_view kOpen = "```jsonl\n";
  std::string lines;
  for (std::size_t at = markdown.find(kOpen); at != std::string::npos;
       at = markdown.find(kOpen, at)) {
    at += kOpen.size();
    lines += markdown.substr(at, markdown.find("```", at) - at);
  }
  return lines;
}

TEST(ScorerReference, IsWhatTheTableSays) {
  const std::filesystem::path path = kReference / "scorers.md";
  if (std::getenv("ASSAY_ACCEPT") != nullptr) {
    ASSERT_TRUE(base::write_file(path, scorer_reference()).has_value());
  }
  const auto written = base::read_file(path);
  ASSERT_TRUE(written.has_value()) << written.error().to_string();
  EXPECT_EQ(*written, scorer_reference()) << "ASSAY_ACCEPT=1 writes docs/reference/scorers.md anew";
}

TEST(TaskFilesReference, ShowsCasesThatAreAccepted) {
  const auto written = base::read_file(kReference / "task-files.md");
  ASSERT_TRUE(written.has_value()) << written.error().to_string();
  const auto cases = parse_cases(jsonl_examples(*written), "task-files.md");
  ASSERT_TRUE(cases.has_value()) << cases.error().to_string();
  EXPECT_EQ(cases->size(), 6U);
}

}  // namespace
}  // namespace assay::task

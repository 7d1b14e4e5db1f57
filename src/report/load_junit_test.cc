#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/golden_test_support.h"
#include "report/load_report.h"
#include "report/load_sample_test_support.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LoadJunit, IsTheFileAsReviewed) {
  expect_golden("load_steps.xml", load_junit(test::sample_load_steps()));
}

TEST(LoadJunit, HasACaseForTheVerdictAndForEachThreshold) {
  const std::string xml = load_junit(test::sample_load_steps());
  EXPECT_THAT(xml, HasSubstr("tests=\"6\""));
  EXPECT_THAT(xml, HasSubstr("name=\"verdict\""));
  EXPECT_THAT(xml, HasSubstr("name=\"ttft_ms_p95 &lt; 900\""));
}

TEST(LoadJunit, TellsWhatIsMissedFromWhatCannotBeSaid) {
  const std::string xml = load_junit(test::sample_load_steps());
  EXPECT_THAT(xml, HasSubstr("<failure message=\"error_rate is 8.8% (95% interval 7–11%)\" "
                             "type=\"missed\"/>"));
  EXPECT_THAT(xml,
              HasSubstr("<failure message=\"too few requests to say\" type=\"inconclusive\"/>"));
}

TEST(LoadJunit, AVerdictThatIsNotValidFails) {
  const std::string xml = load_junit(test::sample_load_two_targets());
  EXPECT_THAT(xml, HasSubstr("type=\"client-limited\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"None of 40 requests was answered.\" "
                             "type=\"server-failed\"/>"));
  EXPECT_THAT(xml, HasSubstr("classname=\"vllm &lt;A&amp;B&gt;\""));
  EXPECT_THAT(xml, Not(HasSubstr("<A&B>")));
}

}  // namespace
}  // namespace assay::report

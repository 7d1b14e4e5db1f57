#include "report/junit.h"

#include <gmock/gmock.h>

#include "finding/sample_study_test_support.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ToJunit, HasASuitePerModelAndACasePerCell) {
  const std::string xml = to_junit(test::sample_quickstart().finding(), {});
  EXPECT_THAT(xml, HasSubstr("tests=\"19\" failures=\"0\" errors=\"0\" skipped=\"0\">"));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"pebble-m\" tests=\"6\""));
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"pebble-m\" name=\"temperature 1.5\""));
  EXPECT_THAT(xml, Not(HasSubstr("<failure")));
}

TEST(ToJunit, ShowsFailedGatesWhereTheyFailed) {
  const std::string xml = to_junit(
      test::sample_quickstart().finding(),
      {{"worse", "it is <worse>", "pebble-m/temperature=1.5"}, {"no-decision", "nothing", ""}});
  EXPECT_THAT(xml, HasSubstr("failures=\"2\""));
  const std::size_t cell = xml.find("classname=\"pebble-m\" name=\"temperature 1.5\"");
  const std::size_t failure = xml.find("<failure message=\"it is &lt;worse&gt;\"");
  ASSERT_NE(failure, std::string::npos);
  EXPECT_LT(cell, failure);
  EXPECT_LT(failure, xml.find("</testcase>", cell));
  EXPECT_GT(xml.find("<failure message=\"nothing\""), xml.find("name=\"decision\""));
}

TEST(ToJunit, TellsUnscoredFromNotRun) {
  test::SampleStudy study(10, 3);
  study.add({});
  study.add({.factor = "top_p", .level = "0.9", .unscored = 10});
  study.add({.factor = "top_p", .level = "0.5"});
  study.drop_trials(30);
  const std::string xml = to_junit(study.finding(), {});
  EXPECT_THAT(xml, HasSubstr("errors=\"1\" skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<error message=\"none of 30 trials could be scored\"/>"));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"not run\"/>"));
  EXPECT_THAT(xml, Not(HasSubstr("nan")));
  study.add_event("arm", "pebble-m",
                  {{"cell", "pebble-m/top_p=0.5"}, {"state", "void"}, {"canaries", 8}});
  EXPECT_THAT(to_junit(study.finding(), {}),
              HasSubstr("<skipped message=\"top_p 0.5: void: no observable effect in 8 canaries"));
}

TEST(ToJunit, HoldsNoCharacterThatXmlForbids) {
  test::SampleStudy study(4, 3);
  study.add({});
  study.add({.factor = "system_prompt", .level = "a\x01\x1b<]]>&\xEF\xBF\xBF\xFF\"'b"});
  const std::string xml = to_junit(study.finding(), {});
  EXPECT_THAT(xml, HasSubstr("a&lt;]]&gt;&amp;\xEF\xBF\xBD&quot;&#39;b"));
  EXPECT_THAT(xml, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace assay::report

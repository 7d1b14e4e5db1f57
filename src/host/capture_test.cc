#include "host/capture.h"

#include <gmock/gmock.h>

namespace assay::host {
namespace {

TEST(Capture, HandsBackWhatWasPrintedAndHowItEnded) {
  ProcessRequest request;
  request.command = {ASSAY_TEST_HOG, "say", "one", "complain", "two", "exit", "4"};
  const auto captured = run_and_capture(request, std::chrono::seconds(60));
  ASSERT_TRUE(captured.has_value()) << captured.error().to_string();
  EXPECT_EQ(captured->output, "one\ntwo\n");
  EXPECT_EQ(captured->end.exit_code, 4);
}

TEST(Capture, KillsAProgramThatDoesNotEnd) {
  ProcessRequest request;
  request.command = {ASSAY_TEST_HOG, "sleep"};
  const auto captured = run_and_capture(request, std::chrono::milliseconds(20));
  ASSERT_FALSE(captured.has_value());
  EXPECT_EQ(captured.error().kind, base::ErrorKind::System);
  EXPECT_EQ(captured.error().context, ASSAY_TEST_HOG);
}

}  // namespace
}  // namespace assay::host

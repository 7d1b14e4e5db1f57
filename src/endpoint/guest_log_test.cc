#include "endpoint/guest_log.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

constexpr std::string_view kFailedAllocation =
    "0.00.613.520 E buffer_alloc: failed to allocate buffer of size 384073728\n"
    "0.00.629.469 E cmn  common_init: failed to create context with model 'm.gguf'\n"
    "0.00.629.474 I srv  cleaning up before exit...\n"
    "0.00.669.510 E srv  exiting due to model loading error\n";

TEST(GuestLog, FailedAllocationIsNotABadModel) {
  EXPECT_EQ(classify_log(kFailedAllocation), ServerEnd::OutOfMemory);
  EXPECT_EQ(classify_log("E llama: error loading model: unknown model architecture: 'x'"),
            ServerEnd::BadModel);
  EXPECT_EQ(classify_log("E srv start: couldn't bind HTTP server socket, port: 18431"),
            ServerEnd::PortInUse);
  EXPECT_EQ(classify_log("I srv all slots are idle"), ServerEnd::Unknown);
}

TEST(GuestLog, MessagesShowErrorsFirst) {
  EXPECT_EQ(last_lines(kFailedAllocation),
            "\n  0.00.613.520 E buffer_alloc: failed to allocate buffer of size 384073728"
            "\n  0.00.629.469 E cmn  common_init: failed to create context with model 'm.gguf'"
            "\n  0.00.669.510 E srv  exiting due to model loading error");
  EXPECT_EQ(last_lines("1\n2\n3\n4\n5\n6\n"), "\n  2\n  3\n  4\n  5\n  6");
  EXPECT_EQ(last_lines(""), "");
}

TEST(GuestLog, OnlyThisServersLinesAreRead) {
  const test::TemporaryFolder folder;
  const auto log = folder.path() / "log";
  EXPECT_EQ(read_log_end(log, 0), "");
  std::ofstream(log) << "earlier\nnow\n";
  EXPECT_EQ(read_log_end(log, 8), "now\n");
  EXPECT_EQ(read_log_end(log, 12), "");
  std::ofstream(log) << std::string(100'000, 'x') << "end";
  EXPECT_EQ(read_log_end(log, 8).size(), 65536U);
}

}  // namespace
}  // namespace assay::endpoint

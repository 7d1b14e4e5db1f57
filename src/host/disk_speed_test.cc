#include "host/disk_speed.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace assay::host {
namespace {

using base::ErrorKind;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

class DiskSpeedTest : public testing::Test {
 protected:
  std::filesystem::path write(std::uint64_t bytes) const {
    const auto file = folder_.path() / "model.gguf";
    EXPECT_TRUE(base::write_file(file, std::string(bytes, 'm')).has_value());
    return file;
  }

  test::TemporaryFolder folder_;
  base::Interrupt interrupt_;
};

TEST_F(DiskSpeedTest, ReadsAWholeFile) {
  const auto speed = measure_file(write(12 * kMebibyte + 77), {}, base::system_clock(), interrupt_);
  ASSERT_TRUE(speed.has_value()) << speed.error().to_string();
  EXPECT_EQ(speed->bytes_read, 12 * kMebibyte + 77);
  EXPECT_GT(speed->bytes_per_s, 0);
}

TEST_F(DiskSpeedTest, ReadsNoMoreThanItMay) {
  DiskLimits limits;
  limits.bytes_max = kMebibyte;
  const auto speed = measure_file(write(20 * kMebibyte), limits, base::system_clock(), interrupt_);
  ASSERT_TRUE(speed.has_value());
  EXPECT_EQ(speed->bytes_read, 8 * kMebibyte) << "one piece";
}

TEST_F(DiskSpeedTest, LeavesNothingInTheFolder) {
  const auto speed =
      measure_folder(folder_.path(), 9 * kMebibyte, {}, base::system_clock(), interrupt_);
  ASSERT_TRUE(speed.has_value()) << speed.error().to_string();
  EXPECT_EQ(speed->bytes_read, 9 * kMebibyte);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(DiskSpeedTest, RefusesWhatCannotBeTimed) {
  const auto& clock = base::system_clock();
  for (const auto& file : {folder_.path() / "missing", folder_.path(), write(100)}) {
    const auto refused = measure_file(file, {}, clock, interrupt_);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::BadInput);
    EXPECT_EQ(refused.error().context, file.string());
  }
  EXPECT_FALSE(measure_folder(folder_.path() / "missing", kMebibyte, {}, clock, interrupt_));
}

TEST_F(DiskSpeedTest, StopsWhenItIsInterrupted) {
  interrupt_.request(2);
  const auto file = write(2 * kMebibyte);
  const auto& clock = base::system_clock();
  EXPECT_EQ(measure_file(file, {}, clock, interrupt_).error().kind, ErrorKind::Interrupted);
  EXPECT_EQ(measure_folder(folder_.path(), kMebibyte, {}, clock, interrupt_).error().kind,
            ErrorKind::Interrupted);
}

TEST_F(DiskSpeedTest, KnowsFilesWithHoles) {
  EXPECT_TRUE(is_wholly_on_disk(write(2 * kMebibyte)));
  const auto hollow = folder_.path() / "hollow.gguf";
  ASSERT_TRUE(base::write_file(hollow, "GGUF").has_value());
  ASSERT_EQ(::truncate(hollow.c_str(), 64 * kMebibyte), 0);
  EXPECT_FALSE(is_wholly_on_disk(hollow));
  EXPECT_FALSE(is_wholly_on_disk(folder_.path()));
}

}  // namespace
}  // namespace assay::host

#include "endpoint/guest_record.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "base/json.h"
#include "endpoint/guest.h"
#include "host/process.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class GuestRecordTest : public testing::Test {
 protected:
  void SetUp() override {
    host::ProcessRequest request;
    request.command = {ASSAY_TEST_HOG, "sleep"};
    auto started = host::Process::start(request);
    ASSERT_TRUE(started.has_value()) << started.error().to_string();
    process_.emplace(std::move(*started));
    ASSERT_TRUE(
        record_.write(folder_.path(), process_->pid(), {"server", "--port", "1"}, 1).has_value());
    path_ = folder_.path() / ("guest-" + std::to_string(process_->pid()) + ".json");
  }

  /// Rewrites one number of the record, as if it had been written by somebody else.
  void pretend(const std::string& key, std::int64_t value) {
    auto record = base::parse_json(base::read_file(path_).value()).value();
    record[key] = value;
    ASSERT_TRUE(base::write_file(path_, base::dump_json(record)).has_value());
  }

  std::vector<StaleGuest> stale() { return find_stale_guests(folder_.path()); }

  test::TemporaryFolder folder_;
  std::optional<host::Process> process_;
  GuestRecord record_;
  std::filesystem::path path_;
};

TEST_F(GuestRecordTest, GuestOfALivingOwnerIsNotStale) {
  EXPECT_THAT(stale(), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(path_));
  record_.remove();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(GuestRecordTest, GuestWhoseOwnerIsGoneIsStale) {
  pretend("owner_start_ticks", 1);  // The owner's number now belongs to another process.
  ASSERT_THAT(stale(), SizeIs(1));
  EXPECT_EQ(stale()[0].pid, process_->pid());
  EXPECT_EQ(stale()[0].command, "server --port 1");
  EXPECT_EQ(stale()[0].record, path_);
}

TEST_F(GuestRecordTest, RecordOfAnEndedGuestIsRemoved) {
  process_->kill();
  EXPECT_THAT(stale(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(GuestRecordTest, ReusedNumberIsNotTakenForTheGuest) {
  pretend("owner_start_ticks", 1);
  pretend("start_ticks", 1);
  EXPECT_THAT(stale(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(GuestRecordTest, OtherFilesAreLeftAlone) {
  std::ofstream(folder_.path() / "guest-notes.txt") << "mine";
  std::ofstream(folder_.path() / "guest-0.json") << "half a rec";
  EXPECT_THAT(stale(), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "guest-notes.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "guest-0.json")) << "it can name nobody";
  EXPECT_THAT(find_stale_guests(folder_.path() / "absent"), IsEmpty());
}

}  // namespace
}  // namespace assay::endpoint

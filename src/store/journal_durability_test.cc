// What was journaled is still there after a kill, a full disk and a file size limit.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/random.h"
#include "store/journal.h"
#include "support/temporary_folder.h"

namespace assay::store {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

constexpr std::int64_t kTrialsMax = 100'000;

TrialRow trial(std::int64_t ordinal) {
  TrialRow row;
  row.ordinal = ordinal;
  row.outcome = "scored";
  row.score = 0.5;
  row.reply = std::string(600, 'r');
  return row;
}

base::Result<Journal> open_with_study(const std::filesystem::path& file) {
  ASSAY_TRY(Journal journal, Journal::open(file));
  StudyRow study;
  study.id = "s1";
  study.state = "running";
  ASSAY_TRY_DONE(journal.add_study(study));
  return journal;
}

/// Appends from the first missing ordinal on until an append fails, and returns that error.
base::Error append_until_refused(Journal& journal) {
  for (auto ordinal = journal.counts("s1")->done; ordinal < kTrialsMax; ++ordinal) {
    base::Status appended = journal.append_trial("s1", trial(ordinal));
    if (!appended.has_value()) return std::move(appended).error();
  }
  return base::internal_error("nothing was refused");
}

void expect_all_in_order(const std::vector<TrialRow>& trials) {
  std::int64_t expected = 0;
  for (const TrialRow& row : trials) {
    ASSERT_EQ(row.ordinal, expected++);
    ASSERT_EQ(row.reply.size(), 600U);
  }
}

/// In a child process: appends for ever, and writes a byte after each append that returned.
[[noreturn]] void append_and_report(const std::filesystem::path& file, int reports) {
  auto journal = Journal::open(file);
  if (!journal.has_value()) ::_exit(2);
  for (auto ordinal = journal->counts("s1")->done; ordinal < kTrialsMax; ++ordinal) {
    if (!journal->append_trial("s1", trial(ordinal)).has_value()) ::_exit(3);
    if (::write(reports, "t", 1) != 1) ::_exit(4);
  }
  ::_exit(5);
}

std::int64_t count_bytes(int pipe, std::int64_t bytes_max) {
  std::int64_t count = 0;
  char byte = 0;
  while (count < bytes_max && ::read(pipe, &byte, 1) == 1) ++count;
  return count;
}

/// Kills a child with SIGKILL once it reported `kill_after` appends; the number it reported in all.
std::int64_t reported_before_kill(const std::filesystem::path& file, std::int64_t kill_after) {
  int reports[2];
  if (::pipe2(reports, O_CLOEXEC) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) append_and_report(file, reports[1]);
  ::close(reports[1]);
  std::int64_t reported = count_bytes(reports[0], kill_after);
  ::kill(child, SIGKILL);
  reported += count_bytes(reports[0], kTrialsMax);
  ::close(reports[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? reported : -1;
}

TEST(JournalDurability, SurvivesKillsWithNoReportedTrialLostOrDoubled) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "journal.db";
  ASSERT_TRUE(open_with_study(file).has_value());
  base::Random random(20260501);
  std::int64_t before = 0;
  for (int kill = 0; kill < 12; ++kill) {
    const auto kill_after = static_cast<std::int64_t>(1 + random.below(40));
    const std::int64_t reported = reported_before_kill(file, kill_after);
    ASSERT_GE(reported, kill_after);
    auto journal = Journal::open(file);
    ASSERT_TRUE(journal.has_value()) << journal.error().to_string();
    const auto trials = journal->trials("s1");
    ASSERT_TRUE(trials.has_value());
    const auto there = static_cast<std::int64_t>(trials->size());
    EXPECT_GE(there, before + reported);
    EXPECT_LE(there, before + reported + 1) << "at most the append in flight is there unreported";
    expect_all_in_order(*trials);
    before = there;
  }
}

/// A file system of two megabytes; not there where this process may not mount one.
class SmallDisk {
 public:
  SmallDisk() { mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=2m") == 0; }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  test::TemporaryFolder folder_;
  bool mounted_ = false;
};

TEST(JournalDurability, SaysThatTheDiskIsFullAndKeepsWhatWasJournaled) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root: " << std::strerror(errno);
  const auto file = disk.path() / "journal.db";
  std::int64_t done = 0;
  {
    auto journal = open_with_study(file);
    ASSERT_TRUE(journal.has_value()) << journal.error().to_string();
    const base::Error full = append_until_refused(*journal);
    EXPECT_EQ(full.kind, ErrorKind::System);
    EXPECT_THAT(full.message, HasSubstr("No space left on device"));
    EXPECT_THAT(full.hint, HasSubstr("free some disk space"));
    EXPECT_EQ(full.context, file.string());
    done = journal->counts("s1")->done;
    EXPECT_GT(done, 100);
  }
  auto again = Journal::open(file);
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  const auto trials = again->trials("s1");
  ASSERT_TRUE(trials.has_value());
  EXPECT_EQ(static_cast<std::int64_t>(trials->size()), done);
  expect_all_in_order(*trials);
}

TEST(JournalDurability, GoesOnWhenAFullDiskHasRoomAgain) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root: " << std::strerror(errno);
  const auto ballast = disk.path() / "ballast";
  const int file = ::open(ballast.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::posix_fallocate(file, 0, 1 << 20), 0);
  ::close(file);
  auto journal = open_with_study(disk.path() / "journal.db");
  ASSERT_TRUE(journal.has_value()) << journal.error().to_string();
  EXPECT_EQ(append_until_refused(*journal).kind, ErrorKind::System);
  const std::int64_t done = journal->counts("s1")->done;
  std::filesystem::remove(ballast);
  const auto appended = journal->append_trial("s1", trial(done));
  EXPECT_TRUE(appended.has_value()) << appended.error().to_string();
  EXPECT_EQ(journal->counts("s1")->done, done + 1);
}

/// In a child process, so that the limit binds nobody else: 0 when the journal behaved.
[[noreturn]] void append_under_size_limit(const std::filesystem::path& file) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{.rlim_cur = 300'000, .rlim_max = 300'000};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
  auto journal = Journal::open(file);
  if (!journal.has_value()) ::_exit(3);
  const base::Error refused = append_until_refused(*journal);
  const bool explained = refused.kind == ErrorKind::System &&
                         refused.hint.find("file size limit") != std::string::npos;
  ::_exit(explained && journal->counts("s1")->done > 20 ? 0 : 4);
}

TEST(JournalDurability, SaysThatAFileMayNotGrowAndKeepsWhatWasJournaled) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "journal.db";
  ASSERT_TRUE(open_with_study(file).has_value());
  const pid_t child = ::fork();
  if (child == 0) append_under_size_limit(file);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  auto journal = Journal::open(file);
  ASSERT_TRUE(journal.has_value());
  const auto trials = journal->trials("s1");
  ASSERT_TRUE(trials.has_value());
  EXPECT_GT(trials->size(), 20U);
  expect_all_in_order(*trials);
  EXPECT_TRUE(
      journal->append_trial("s1", trial(static_cast<std::int64_t>(trials->size()))).has_value());
}

}  // namespace
}  // namespace assay::store

// Files that are no journals, damaged, locked, of another version, and what the reference says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "store/journal.h"
#include "store/schema.h"
#include "support/temporary_folder.h"

namespace assay::store {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class JournalFileTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "journal.db"; }

  /// Runs SQL as another program would.
  void run_sql(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }

  std::string bytes() const { return base::read_file(file()).value(); }

  void expect_refused_unchanged(std::string_view what) const {
    const std::string before = bytes();
    const auto refused = Journal::open(file());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::BadInput);
    EXPECT_THAT(refused.error().message, HasSubstr(what));
    EXPECT_EQ(refused.error().context, file().string());
    EXPECT_FALSE(refused.error().hint.empty());
    EXPECT_EQ(bytes(), before);
  }

  static void fill(Journal& journal, int trials) {
    StudyRow study;
    study.id = "s1";
    study.state = "running";
    ASSERT_TRUE(journal.add_study(study).has_value());
    for (int ordinal = 0; ordinal < trials; ++ordinal) {
      TrialRow trial;
      trial.ordinal = ordinal;
      trial.outcome = "skipped";
      trial.reply = std::string(600, 'r');
      ASSERT_TRUE(journal.append_trial("s1", trial).has_value());
    }
  }

  test::TemporaryFolder folder_;
};

TEST_F(JournalFileTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(file()) << "just some notes";
  expect_refused_unchanged("not an SQLite database");
}

TEST_F(JournalFileTest, RefusesADatabaseOfAnotherProgram) {
  run_sql("CREATE TABLE bookmark (url TEXT); PRAGMA application_id = 99;");
  expect_refused_unchanged("another program (application id 99)");
}

TEST_F(JournalFileTest, RefusesAnAnonymousDatabase) {
  run_sql("CREATE TABLE study (id TEXT);");
  expect_refused_unchanged("another program (application id 0)");
}

TEST_F(JournalFileTest, RefusesANewerSchema) {
  ASSERT_TRUE(Journal::open(file()).has_value());
  run_sql("PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE);");
  expect_refused_unchanged("expected a journal of schema version 1, found version 2");
}

TEST_F(JournalFileTest, SaysHowToSaveADamagedJournal) {
  {
    auto journal = Journal::open(file());
    ASSERT_TRUE(journal.has_value());
    fill(*journal, 100);
  }
  run_sql("PRAGMA wal_checkpoint(TRUNCATE);");
  const std::size_t size = bytes().size();
  {
    // All but the first page, which says that the file is a journal.
    std::fstream damaged(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(4096);
    damaged << std::string(size - 4096, '\x5a');
  }
  auto journal = Journal::open(file());
  ASSERT_TRUE(journal.has_value());
  const auto trials = journal->trials("s1");
  ASSERT_FALSE(trials.has_value());
  EXPECT_EQ(trials.error().kind, ErrorKind::BadInput);
  EXPECT_EQ(trials.error().context, file().string());
  EXPECT_THAT(trials.error().hint, HasSubstr(".recover"));
}

/// The first byte of every page of a table's rows that contains `text`, in the database file.
std::vector<std::size_t> row_pages(const std::string& bytes, std::string_view text) {
  constexpr std::size_t kPage = 4096;
  std::vector<std::size_t> found;
  for (std::size_t at = kPage; at + kPage <= bytes.size(); at += kPage) {
    const std::string_view page(bytes.data() + at, kPage);
    if (page.front() == '\x0d' && page.find(text) != std::string_view::npos) found.push_back(at);
  }
  return found;
}

TEST_F(JournalFileTest, ChecksPagesThatNothingElseReadsBeforeAResume) {
  {
    auto journal = Journal::open(file());
    ASSERT_TRUE(journal.has_value());
    fill(*journal, 100);
    EXPECT_TRUE(journal->check_pages().has_value());
  }
  run_sql("PRAGMA wal_checkpoint(TRUNCATE);");
  const std::vector<std::size_t> pages = row_pages(bytes(), "rrrr");
  ASSERT_GT(pages.size(), 5U);
  {
    std::fstream damaged(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(static_cast<std::streamoff>(pages[3]));
    damaged << std::string(4096, '\x5a');
  }
  auto journal = Journal::open(file());
  ASSERT_TRUE(journal.has_value());
  EXPECT_EQ(journal->done_ordinals("s1")->size(), 100U) << "its index is whole";
  const auto checked = journal->check_pages();
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, ErrorKind::BadInput);
  EXPECT_EQ(checked.error().context, file().string());
  EXPECT_THAT(checked.error().message, HasSubstr("the journal is damaged"));
  EXPECT_THAT(checked.error().hint, HasSubstr(".recover"));
}

TEST_F(JournalFileTest, MakesMissingFolders) {
  const auto deep = folder_.path() / "a" / "b" / "journal.db";
  ASSERT_TRUE(Journal::open(deep).has_value());
  EXPECT_TRUE(std::filesystem::exists(deep));
}

TEST_F(JournalFileTest, IsASystemErrorWhereNoFileCanBe) {
  std::ofstream(folder_.path() / "file") << "x";
  for (const auto& place : {folder_.path() / "file" / "journal.db", folder_.path()}) {
    const auto refused = Journal::open(place);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::System) << refused.error().to_string();
    EXPECT_THAT(refused.error().context, HasSubstr(folder_.path().string()));
  }
}

TEST_F(JournalFileTest, GivesUpOnALockThatIsHeldTooLong) {
  auto journal = Journal::open(file(), std::chrono::milliseconds(20));
  ASSERT_TRUE(journal.has_value());
  fill(*journal, 1);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  TrialRow trial;
  trial.ordinal = 1;
  trial.outcome = "skipped";
  const auto refused = journal->append_trial("s1", trial);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::System);
  EXPECT_THAT(refused.error().message, HasSubstr("lock"));
  EXPECT_EQ(journal->counts("s1")->done, 1) << "readers do not wait for the writer";
  sqlite3_close(other);
  EXPECT_TRUE(journal->append_trial("s1", trial).has_value());
}

TEST_F(JournalFileTest, CanBeCreatedByManyAtOnce) {
  std::vector<std::thread> openers;
  std::vector<std::string> failures(8);
  for (std::string& failure : failures) {
    openers.emplace_back([this, &failure] {
      const auto journal = Journal::open(file());
      if (!journal.has_value()) failure = journal.error().to_string();
    });
  }
  for (std::thread& opener : openers) opener.join();
  EXPECT_THAT(failures, testing::Each(""));
  EXPECT_TRUE(Journal::open(file()).has_value());
}

/// The fenced blocks of a kind in the reference page.
std::vector<std::string> blocks_of_reference(std::string_view language) {
  const std::string page = base::read_file(ASSAY_JOURNAL_REFERENCE).value();
  const std::string fence = "```" + std::string(language) + "\n";
  std::vector<std::string> blocks;
  for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at)) {
    const std::size_t start = at + fence.size();
    at = page.find("```", start);
    blocks.push_back(page.substr(start, at - start));
  }
  return blocks;
}

TEST_F(JournalFileTest, HasTheSchemaOfTheReference) {
  const std::vector<std::string> blocks = blocks_of_reference("sql");
  ASSERT_FALSE(blocks.empty());
  EXPECT_EQ(blocks.front(), journal_kind().schema);
}

TEST_F(JournalFileTest, AnswersTheQueriesOfTheReference) {
  auto journal = Journal::open(file());
  ASSERT_TRUE(journal.has_value());
  fill(*journal, 3);
  const std::vector<std::string> blocks = blocks_of_reference("sql");
  ASSERT_GE(blocks.size(), 3U);
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open_v2(file().c_str(), &reader, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    EXPECT_EQ(sqlite3_exec(reader, blocks[i].c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << blocks[i] << sqlite3_errmsg(reader);
  }
  sqlite3_close(reader);
}

}  // namespace
}  // namespace assay::store

#include "store/machine_store.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/file.h"
#include "store/journal.h"
#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::store {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class MachineStoreTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "cache" / "machine.db"; }

  MachineStore open() const {
    auto opened = MachineStore::open(file());
    EXPECT_TRUE(opened.has_value()) << opened.error().to_string();
    return std::move(*opened);
  }

  test::TemporaryFolder folder_;
};

ScopeRow scope(std::string id, std::string fingerprint, std::int64_t measured_unix_ms) {
  return {std::move(id), std::move(fingerprint), measured_unix_ms, R"({"read":1})"};
}

GuestMemoryRow guest_memory(std::string fingerprint, std::string model) {
  GuestMemoryRow row{5, std::move(fingerprint), "version: 1", "qwen3", std::move(model), {}, {},
                     {}};
  row.settings = R"({"context_tokens":4096})";
  row.predicted = R"({"weights":10})";
  row.actual = R"({"resident":11})";
  return row;
}

TEST_F(MachineStoreTest, GivesTheNewestScopeOfThatMachine) {
  MachineStore store = open();
  ASSERT_TRUE(store.add_scope(scope("a", "machine", 100)).has_value());
  ASSERT_TRUE(store.add_scope(scope("b", "machine", 300)).has_value());
  ASSERT_TRUE(store.add_scope(scope("c", "machine", 200)).has_value());
  ASSERT_TRUE(store.add_scope(scope("d", "other", 400)).has_value());
  const auto newest = store.newest_scope("machine");
  ASSERT_TRUE(newest.has_value() && newest->has_value());
  EXPECT_EQ((*newest)->id, "b");
  EXPECT_EQ((*newest)->fingerprint, "machine");
  EXPECT_EQ((*newest)->measured_unix_ms, 300);
  EXPECT_EQ((*newest)->record, R"({"read":1})");
  EXPECT_EQ((*store.scope("d"))->fingerprint, "other");
  EXPECT_EQ(*store.newest_scope("a third"), std::nullopt);
  EXPECT_EQ(*store.scope("e"), std::nullopt);
}

TEST_F(MachineStoreTest, KeepsTheFirstRecordOfAnId) {
  MachineStore store = open();
  ASSERT_TRUE(store.add_scope(scope("a", "machine", 100)).has_value());
  ASSERT_TRUE(store.add_scope(scope("a", "machine", 200)).has_value());
  EXPECT_EQ((*store.scope("a"))->measured_unix_ms, 100);
}

TEST_F(MachineStoreTest, RefusesARecordThatIsNotJson) {
  MachineStore store = open();
  ScopeRow row = scope("a", "machine", 100);
  row.record = "{";
  EXPECT_FALSE(store.add_scope(row).has_value());
  EXPECT_EQ(*store.scope("a"), std::nullopt);
}

TEST_F(MachineStoreTest, GivesWhatGuestsHeldOldestFirst) {
  {
    MachineStore store = open();
    ASSERT_TRUE(
        store.append_guest_memory(guest_memory("machine", "second name, first")).has_value());
    ASSERT_TRUE(store.append_guest_memory(guest_memory("other", "x")).has_value());
    ASSERT_TRUE(store.append_guest_memory(guest_memory("machine", "a")).has_value());
  }
  MachineStore store = open();
  const auto rows = store.guest_memory("machine");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].model, "second name, first");
  EXPECT_EQ((*rows)[1].model, "a");
  EXPECT_EQ((*rows)[1].unix_ms, 5);
  EXPECT_EQ((*rows)[1].engine, "version: 1");
  EXPECT_EQ((*rows)[1].architecture, "qwen3");
  EXPECT_EQ((*rows)[1].settings, R"({"context_tokens":4096})");
  EXPECT_EQ((*rows)[1].predicted, R"({"weights":10})");
  EXPECT_EQ((*rows)[1].actual, R"({"resident":11})");
}

TEST_F(MachineStoreTest, IsSharedByManyWritersAtOnce) {
  constexpr int kWriters = 6;
  std::vector<std::thread> writers;
  std::vector<std::string> failures(kWriters);
  for (std::string& failure : failures) {
    writers.emplace_back([this, &failure] {
      auto store = MachineStore::open(file());
      if (!store.has_value()) {
        failure = store.error().to_string();
        return;
      }
      for (int start = 0; start < 5; ++start) {
        const auto kept = store->append_guest_memory(guest_memory("machine", "m"));
        if (!kept.has_value()) failure = kept.error().to_string();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(failures, testing::Each(""));
  EXPECT_EQ(open().guest_memory("machine")->size(), 5U * kWriters);
}

TEST_F(MachineStoreTest, RefusesAJournalAndLeavesItAsItIs) {
  ASSERT_TRUE(Journal::open(file()).has_value());
  const std::string before = base::read_file(file()).value();
  const auto refused = MachineStore::open(file());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::BadInput);
  EXPECT_THAT(refused.error().message, HasSubstr("expected a machine store"));
  EXPECT_THAT(refused.error().hint, HasSubstr("XDG_CACHE_HOME"));
  EXPECT_EQ(base::read_file(file()).value(), before);
}

TEST_F(MachineStoreTest, RefusesAFileThatIsNoDatabase) {
  ASSERT_TRUE(base::write_file(file(), "just some notes").has_value());
  const auto refused = MachineStore::open(file());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::BadInput);
  EXPECT_THAT(refused.error().message, HasSubstr("expected a machine store"));
  EXPECT_EQ(base::read_file(file()).value(), "just some notes");
}

TEST(MachineStoreFile, StandsInTheUsersCache) {
  test::Outside outside;
  base::Context& context = outside.context();
  context.home = "state";
  EXPECT_EQ(machine_store_file(context), "state/machine.db");
  context.environment["HOME"] = "/h";
  EXPECT_EQ(machine_store_file(context), "/h/.cache/assay/machine.db");
  context.environment["XDG_CACHE_HOME"] = "/c";
  EXPECT_EQ(machine_store_file(context), "/c/assay/machine.db");
}

}  // namespace
}  // namespace assay::store

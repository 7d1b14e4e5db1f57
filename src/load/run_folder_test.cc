#include "load/run_folder.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "base/file.h"
#include "base/json.h"
#include "load/record_file.h"
#include "load/run_json.h"
#include "support/temporary_folder.h"

namespace assay::load {
namespace {

using base::Nanoseconds;
using testing::AllOf;
using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ClientUse client_use(double base) {
  ClientUse use;
  use.threads = 3;
  use.cpu_share = base + 0.1;
  use.run_queue_share = base + 0.2;
  use.send = {5, base + 1, base + 2, base + 3};
  use.loop = {6, base + 4, base + 5, base + 6};
  use.read = {7, base + 7, base + 8, base + 9};
  use.has_kernel_stamps = true;
  return use;
}

/// Every member differs from what it is by default.
StoredRun whole_run() {
  StoredRun run;
  run.id = "20260501-123000-chat";
  run.version = "0.1.0";
  run.started_unix_ms = 1'777'638'600'123;
  run.scenario_source = "name = \"chat\"\n# \xc3\xa9\t\\\n[[target]]\n";
  StoredTarget target;
  target.target.name = "local";
  target.target.url = "http://127.0.0.1:8080/v1";
  target.target.model = "qwen";
  target.target.key_env = "LOCAL_KEY";
  target.run.stages = {
      {"1", Nanoseconds(0), Nanoseconds(5), true, 1.5, 2.5, 0},
      {"peak", Nanoseconds(5), Nanoseconds(9'000'000'000'000'000), false, -1, -1, 64}};
  target.run.client = client_use(0);
  Calibration calibration;
  calibration.seconds = 2;
  calibration.rate_asked = 100;
  calibration.rate_achieved = 99.5;
  calibration.concurrency = 4;
  calibration.events_per_s = 12'345.678;
  calibration.failed = 1;
  calibration.client = client_use(100);
  calibration.stamp_error = {1000, 0.01, 0.02, 1.0 / 3};
  target.run.calibration = calibration;
  target.run.in_flight_sampled = 12.25;
  target.run.server = {{"resident_memory", "bytes", "/proc", {{0, 1e9}, {1.5, kInfinity}}},
                       {"cpu", "cores", "/proc", {}}};
  target.run.server_checks = {{"output_tokens", "usage", "/metrics", 10, 11, false, "restarted"}};
  target.run.stopped_early = "Ctrl-C";
  target.gaps = {10, 1, 2, 3, 4, 0.25, 2};
  run.targets = {target, StoredTarget{}};
  run.targets[1].target.name = "other";
  BreakpointResult breakpoint;
  breakpoint.low = 8;
  breakpoint.high = 8.8;
  breakpoint.confidence = 0.9;
  breakpoint.steps = {{8, 30, 240, 239, {0.97, 0.999}, StepOutcome::Holds},
                      {8.8, 20, 170, 100, {0.5, 0.67}, StepOutcome::Breaks},
                      {8.4, 60, 500, 475, {0.94, 0.96}, StepOutcome::Open}};
  run.breakpoint = breakpoint;
  return run;
}

void write_records(const std::filesystem::path& folder, std::uint32_t count,
                   std::uint32_t stage = 0) {
  auto writer = RecordWriter::open(folder).value();
  std::vector<NumberedRecord> records(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    records[i].number = i;
    records[i].record.due = Nanoseconds(i);
    records[i].record.stage = stage;
  }
  writer->append(std::move(records));
  ASSERT_TRUE(writer->close().has_value());
}

void write_whole_run(const std::filesystem::path& folder) {
  write_records(target_folder(folder, 0), 3, 1);
  write_records(target_folder(folder, 1), 0);
  ASSERT_TRUE(write_run(folder, whole_run()).has_value());
}

std::string text_of(const std::filesystem::path& file) { return base::read_file(file).value(); }

TEST(RunFolder, NamesTheFoldersOfTargetsFromOneOn) {
  EXPECT_EQ(target_folder("runs/a", 0), std::filesystem::path("runs/a/target-1"));
  EXPECT_EQ(target_folder("runs/a", 11), std::filesystem::path("runs/a/target-12"));
}

TEST(RunFolder, GivesBackEverythingThatWasStored) {
  const test::TemporaryFolder folder;
  write_whole_run(folder.path());
  const auto read = read_run(folder.path());
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  // What is stored names every member, so that equal files mean equal runs.
  EXPECT_EQ(base::dump_json(json_of(*read)), base::dump_json(json_of(whole_run())));
  EXPECT_EQ(read->scenario_source, whole_run().scenario_source);
  ASSERT_EQ(read->targets.size(), 2U);
  EXPECT_EQ(read->targets[0].run.records.size(), 3U);
  EXPECT_EQ(read->targets[0].run.records[2].due, Nanoseconds(2));
  EXPECT_EQ(read->targets[0].run.stages[1].to, Nanoseconds(9'000'000'000'000'000));
  EXPECT_EQ(read->targets[0].run.server[0].points[1].value, kInfinity);
  EXPECT_EQ(read->targets[0].run.calibration->stamp_error.ms_max, 1.0 / 3);
  EXPECT_EQ(read->targets[0].target.key_env, "LOCAL_KEY");
  EXPECT_FALSE(read->targets[1].run.calibration.has_value());
  EXPECT_EQ(read->targets[1].run.stopped_early, "");
  EXPECT_EQ(read->breakpoint->steps[1].outcome, StepOutcome::Breaks);
  EXPECT_EQ(read->breakpoint->high, 8.8);
}

TEST(RunFolder, KeepsNoBreakpointAndNoUpperEndAsNone) {
  StoredRun run = whole_run();
  run.breakpoint->high.reset();
  EXPECT_FALSE(run_of(json_of(run))->breakpoint->high.has_value());
  run.breakpoint.reset();
  EXPECT_FALSE(run_of(json_of(run))->breakpoint.has_value());
}

TEST(RunFolder, KeepsNumbersThatJsonLacks) {
  StoredRun run = whole_run();
  run.targets[0].run.client.send.ms_max = std::nan("");
  run.targets[0].run.client.send.ms_p99 = -kInfinity;
  const auto read = run_of(*base::parse_json(base::dump_json(json_of(run))));
  EXPECT_TRUE(std::isnan(read->targets[0].run.client.send.ms_max));
  EXPECT_EQ(read->targets[0].run.client.send.ms_p99, -kInfinity);
}

/// The error of reading the whole run with `from` in its run.json replaced by `to`.
std::string error_with(const std::string& from, const std::string& to) {
  const test::TemporaryFolder folder;
  write_whole_run(folder.path());
  std::string text = text_of(folder.path() / "run.json");
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  EXPECT_TRUE(base::write_file(folder.path() / "run.json", text).has_value());
  const auto read = read_run(folder.path());
  return read.has_value() ? "" : read.error().to_string();
}

TEST(RunFolder, NamesTheMemberThatIsOdd) {
  EXPECT_THAT(error_with("\"from_ns\":5", "\"from_ns\":\"x\""),
              HasSubstr("run.json: targets[0].run.stages[1].from_ns: expected an integer in range, "
                        "found \"x\""));
  EXPECT_THAT(error_with("\"from_ns\":5", "\"from\":5"),
              HasSubstr("targets[0].run.stages[1].from_ns: expected a value, found none"));
  EXPECT_THAT(error_with("\"threads\":3", "\"threads\":3000000000"),
              HasSubstr("targets[0].run.client.threads: expected an integer in range"));
  EXPECT_THAT(error_with("\"gaps\":10", "\"gaps\":-10"), HasSubstr("gaps.gaps: expected an"));
  EXPECT_THAT(error_with("\"Ctrl-C\"", "7"),
              HasSubstr("stopped_early: expected a string, found 7"));
  EXPECT_THAT(error_with("\"is_warm_up\":true", "\"is_warm_up\":1"),
              HasSubstr("is_warm_up: expected true or false"));
  EXPECT_THAT(error_with("\"cpu_share\":0.1", "\"cpu_share\":null"),
              HasSubstr("cpu_share: expected a number, found null"));
  EXPECT_THAT(error_with("\"breaks\"", "\"bends\""),
              HasSubstr("breakpoint.steps[1].outcome: expected one of holds, breaks, open, found "
                        "\"bends\""));
  EXPECT_THAT(error_with("\"server\":[", "\"server\":3,\"was\":["), HasSubstr("expected a list"));
}

TEST(RunFolder, PassesOverMembersOfLaterVersions) {
  EXPECT_EQ(error_with("\"threads\":3", "\"threads\":3,\"fibres\":[{}]"), "");
}

TEST(RunFolder, RefusesOtherFiles) {
  EXPECT_THAT(error_with("assay load run", "a card"), HasSubstr("run.json: expected the run of a"));
  EXPECT_THAT(error_with("\"version\":1", "\"version\":2"), HasSubstr("expected version 1"));
  EXPECT_THAT(error_with("{", "["), HasSubstr("run.json: expected JSON"));
  const test::TemporaryFolder folder;
  EXPECT_THAT(
      read_run(folder.path()).error().to_string(),
      AllOf(HasSubstr("run.json: expected the file of a run, found none"), HasSubstr("hint: ")));
}

TEST(RunFolder, SaysWhichRecordsAreMissingOrOfAnotherRun) {
  const test::TemporaryFolder folder;
  write_whole_run(folder.path());
  write_records(target_folder(folder.path(), 0), 2, 2);
  EXPECT_THAT(read_run(folder.path()).error().to_string(),
              HasSubstr("target-1: request 0 belongs to stage 2, but run.json has 2 of them"));
  std::filesystem::remove_all(target_folder(folder.path(), 1));
  write_records(target_folder(folder.path(), 0), 2);
  EXPECT_THAT(read_run(folder.path()).error().to_string(),
              HasSubstr("target-2/requests.columns: expected a file of raw records, found none"));
}

TEST(RunFolder, SaysInTheRunThatItsRecordsWereCutOff) {
  const test::TemporaryFolder folder;
  write_whole_run(folder.path());
  const auto file = target_folder(folder.path(), 0) / "requests.columns";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  const auto read = read_run(folder.path());
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(read->targets[0].run.records.size(), 3U);
  EXPECT_THAT(read->targets[0].run.stopped_early,
              AllOf(HasSubstr("Ctrl-C; "), HasSubstr("requests.columns was cut off")));
}

class FindRun : public testing::Test {
 protected:
  void add(const std::string& folder, const std::string& id, std::int64_t started_unix_ms) {
    StoredRun run;
    run.id = id;
    run.started_unix_ms = started_unix_ms;
    ASSERT_TRUE(write_run(runs() / folder, run).has_value());
  }
  std::filesystem::path runs() const { return folder_.path() / "runs"; }
  std::string found(const std::string& name) const {
    const auto folder = find_run(runs(), name);
    return folder.has_value() ? folder->filename().string() : folder.error().to_string();
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(FindRun, TakesAnIdOrTheBeginningOfOne) {
  add("a", "20260501-chat", 1);
  add("b", "20260502-chat", 2);
  add("c", "20260502-chat-2", 3);
  EXPECT_EQ(found("20260502-chat"), "b");
  EXPECT_EQ(found("20260501"), "a");
  EXPECT_EQ(found("20260502-chat-"), "c");
  EXPECT_THAT(found("20260502"),
              AllOf(HasSubstr("2 runs have an id that begins with `20260502`"),
                    HasSubstr("there are, latest first: 20260502-chat-2, 20260502-chat")));
  EXPECT_THAT(found("x"), AllOf(HasSubstr("there is no run `x`"), HasSubstr("20260501-chat")));
}

TEST_F(FindRun, CountsBackFromTheLatestByStart) {
  add("a", "z", 10);
  add("b", "y", 30);
  add("c", "x", 20);
  EXPECT_EQ(found("latest"), "b");
  EXPECT_EQ(found("latest~0"), "b");
  EXPECT_EQ(found("latest~1"), "c");
  EXPECT_EQ(found("latest~2"), "a");
  EXPECT_THAT(found("latest~3"), AllOf(HasSubstr("expected at most latest~2, found latest~3"),
                                       HasSubstr("latest first: y, x, z")));
  EXPECT_THAT(found("latest~"), HasSubstr("there is no run `latest~`"));
  EXPECT_THAT(found("latest~-1"), HasSubstr("there is no run"));
  EXPECT_THAT(found("latest~99999999999999999999999"), HasSubstr("there is no run"));
}

TEST_F(FindRun, TakesAFolderWhereverItLies) {
  add("a", "z", 10);
  const auto elsewhere = runs().parent_path() / "elsewhere";
  std::filesystem::rename(runs() / "a", elsewhere);
  EXPECT_EQ(found(elsewhere.string()), "elsewhere");
  EXPECT_EQ(find_run("/no/such/folder", elsewhere.string()).value(), elsewhere);
}

TEST_F(FindRun, PassesOverWhatIsNoRunUnlessItIsNamed) {
  add("a", "z", 10);
  std::filesystem::create_directories(runs() / "empty");
  ASSERT_TRUE(base::write_file(runs() / "broken" / "run.json", "{\"id\":").has_value());
  ASSERT_TRUE(base::write_file(runs() / "odd" / "run.json", "[[[[").has_value());
  ASSERT_TRUE(base::write_file(runs() / "file", "x").has_value());
  EXPECT_EQ(found("latest"), "a");
  EXPECT_EQ(found("broken"), "broken");
  EXPECT_THAT(found("empty"), HasSubstr("there is no run `empty`"));
}

TEST_F(FindRun, SaysWhenThereIsNone) {
  EXPECT_THAT(found("latest"), AllOf(HasSubstr("runs: there is no run `latest`: none was kept yet"),
                                     HasSubstr("run `assay load` first")));
}

TEST_F(FindRun, ListsTheLatestOnly) {
  for (int i = 10; i < 32; ++i) add(std::to_string(i), "run-" + std::to_string(i), i);
  EXPECT_THAT(found("x"), AllOf(HasSubstr("run-31, run-30"), HasSubstr("run-22 ..."),
                                testing::Not(HasSubstr("run-21"))));
}

}  // namespace
}  // namespace assay::load

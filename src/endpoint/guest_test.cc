#include "endpoint/guest.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "host/identity.h"
#include "support/gguf_builder.h"
#include "support/outside.h"
#include "support/program_file.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Outside;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr seconds kLong{100};

/// Guests whose server is a script: for what happens when a server fails. A server that works is
/// always the real one, below.
class FailingGuestTest : public testing::Test {
 protected:
  void SetUp() override {
    test::GgufBuilder model;
    model.text("general.architecture", "llama").tensor("x", {32}, 0, 128);
    settings_.model = folder_.path() / "model.gguf";
    std::ofstream(settings_.model, std::ios::binary) << model.file();
  }

  Guest guest_of(std::string_view script) {
    const auto server = folder_.path() / "llama-server";
    test::write_program(server, script);
    return Guest(outside_.context(), Engine{server, {}, "version: 0", "PATH"}, run_folder(),
                 folder_.path() / "logs" / "guest.log");
  }

  base::Error error_of(std::string_view script, base::Nanoseconds timeout = kLong) {
    Guest guest = guest_of(script);
    const auto ready = guest.ensure_ready(settings_, timeout);
    EXPECT_FALSE(ready.has_value());
    EXPECT_EQ(guest.state(), GuestState::Failed);
    EXPECT_THAT(records(), IsEmpty());
    return ready.has_value() ? base::Error{} : ready.error();
  }

  std::filesystem::path run_folder() const { return folder_.path() / "run"; }

  std::vector<std::string> records() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(run_folder(), ignored)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  test::TemporaryFolder folder_;
  Outside outside_;
  GuestSettings settings_;
};

TEST_F(FailingGuestTest, EndDuringTheStartShowsTheLog) {
  const base::Error error = error_of("echo 'no such instruction'; exit 3");
  EXPECT_EQ(error.kind, base::ErrorKind::Unreachable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("exit code 3"), HasSubstr("no such instruction")));
  EXPECT_THAT(error.hint, HasSubstr("guest.log"));
}

TEST_F(FailingGuestTest, ModelThatCannotBeLoadedIsBadInput) {
  const base::Error error =
      error_of("echo 'x E error loading model: unknown architecture'; exit 1");
  EXPECT_EQ(error.kind, base::ErrorKind::BadInput);
  EXPECT_EQ(error.context, settings_.model.string());
}

TEST_F(FailingGuestTest, FailedAllocationIsOutOfMemory) {
  const base::Error error = error_of("echo 'x E failed to allocate buffer'; exit 1");
  EXPECT_EQ(error.kind, base::ErrorKind::OutOfMemory);
  EXPECT_THAT(error.hint, HasSubstr("smaller context"));
}

TEST_F(FailingGuestTest, GuardEndsAServerThatTakesTooMuch) {
  settings_.memory_limit_bytes = std::uint64_t{64} << 20U;
  const base::Error error = error_of("exec " ASSAY_TEST_HOG " pause 20 hold 8192 sleep");
  EXPECT_EQ(error.kind, base::ErrorKind::OutOfMemory);
  EXPECT_THAT(error.message, HasSubstr("crossed its memory limit of 64.0 MiB"));
}

TEST_F(FailingGuestTest, TakenPortIsTriedThreeTimes) {
  const auto ports = folder_.path() / "ports";
  const base::Error error = error_of("echo \"$@\" >> " + ports.string() +
                                     "; echo \"x E couldn't bind HTTP server socket\"; exit 1");
  EXPECT_EQ(error.kind, base::ErrorKind::System);
  std::ifstream file(ports);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(base::split_lines(text).size(), 3U);
}

TEST_F(FailingGuestTest, SilentServerIsGivenUpAndKilled) {
  const base::Error error = error_of(
      "echo $$ > " + (folder_.path() / "pid").string() + "; exec " ASSAY_TEST_HOG " deaf sleep",
      milliseconds(300));
  EXPECT_EQ(error.kind, base::ErrorKind::Unreachable);
  EXPECT_THAT(error.message, HasSubstr("did not become healthy within"));
  pid_t pid = -1;
  std::ifstream(folder_.path() / "pid") >> pid;
  EXPECT_EQ(host::identify_process(pid), std::nullopt);
}

TEST_F(FailingGuestTest, InterruptionEndsTheWait) {
  outside_.interrupt().request(SIGINT);
  const base::Error error = error_of("exec " ASSAY_TEST_HOG " sleep");
  EXPECT_EQ(error.kind, base::ErrorKind::Interrupted);
}

TEST_F(FailingGuestTest, WhatCannotWorkIsRefusedBeforeAnythingStarts) {
  const auto started = folder_.path() / "started";
  Guest guest = guest_of("touch " + started.string());
  settings_.cache_type_v = "q8_0";
  settings_.flash_attention = "off";
  EXPECT_EQ(guest.ensure_ready(settings_).error().kind, base::ErrorKind::BadInput);

  settings_.flash_attention = "";
  settings_.model = folder_.path() / "none.gguf";
  EXPECT_EQ(guest.ensure_ready(settings_).error().kind, base::ErrorKind::BadInput);

  // A model of 4 TiB, all of it a hole in the file.
  settings_.model = folder_.path() / "huge.gguf";
  test::GgufBuilder huge;
  const std::uint64_t elements = std::uint64_t{1} << 40U;
  huge.text("general.architecture", "llama").tensor("x", {elements}, 0, 4 * elements);
  std::ofstream(settings_.model, std::ios::binary) << huge.header();
  std::error_code unsupported;
  std::filesystem::resize_file(settings_.model, huge.file_bytes(), unsupported);
  if (unsupported) GTEST_SKIP() << "no files of 4 TiB here: " << unsupported.message();
  const base::Error error = guest.ensure_ready(settings_).error();
  EXPECT_EQ(error.kind, base::ErrorKind::OutOfMemory);
  EXPECT_THAT(error.message, AllOf(HasSubstr("needs about 4.0 TiB"), HasSubstr("are available")));
  EXPECT_THAT(error.hint, HasSubstr("smaller context"));
  EXPECT_FALSE(std::filesystem::exists(started));
}

/// The real llama-server, where it is installed, with the smallest shipped model.
class GuestTest : public testing::Test {
 protected:
  void SetUp() override {
    auto engine = find_engine(outside_.context());
    if (!engine.has_value()) GTEST_SKIP() << engine.error().to_string();
    settings_.model = smallest_model();
    ASSERT_FALSE(settings_.model.empty()) << "models/*.gguf ship with the source";
    settings_.context_tokens = 512;
    settings_.threads = 1;
    guest_.emplace(outside_.context(), *engine, folder_.path() / "run", folder_.path() / "log");
  }

  static std::filesystem::path smallest_model() {
    std::filesystem::path smallest;
    std::error_code ignored;
    const std::filesystem::path models = std::filesystem::path(ASSAY_SOURCE_DIR) / "models";
    for (const auto& entry : std::filesystem::directory_iterator(models, ignored)) {
      if (entry.path().extension() != ".gguf") continue;
      if (smallest.empty() || entry.file_size() < std::filesystem::file_size(smallest)) {
        smallest = entry.path();
      }
    }
    return smallest;
  }

  GuestReady ready() {
    auto made = guest_->ensure_ready(settings_, kLong);
    EXPECT_TRUE(made.has_value()) << made.error().to_string();
    return made.has_value() ? *made : GuestReady{};
  }

  /// Returns when no thread of this child runs any more: a signal that was only sent still lets it
  /// answer a request.
  static void suspend(pid_t pid) {
    siginfo_t info{};
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED), 0);
  }

  bool has_record(pid_t pid) const {
    return std::filesystem::exists(folder_.path() / "run" /
                                   ("guest-" + std::to_string(pid) + ".json"));
  }

  test::TemporaryFolder folder_;
  Outside outside_{Outside::inherited(
      {"ASSAY_LLAMA_SERVER", "ASSAY_ENGINE_CACHE", "XDG_CACHE_HOME", "HOME", "PATH"})};
  GuestSettings settings_;
  std::optional<Guest> guest_;
};

TEST_F(GuestTest, IsKeptForTheSameSettingsAndReplacedForOthers) {
  const GuestReady first = ready();
  EXPECT_EQ(guest_->state(), GuestState::Healthy);
  EXPECT_EQ(first.props["default_generation_settings"]["n_ctx"], 512);
  EXPECT_TRUE(has_record(first.pid));
  EXPECT_EQ(ready().pid, first.pid);

  settings_.context_tokens = 1024;
  const GuestReady second = ready();
  EXPECT_NE(second.pid, first.pid);
  EXPECT_EQ(second.props["default_generation_settings"]["n_ctx"], 1024);
  EXPECT_EQ(host::identify_process(first.pid), std::nullopt);
  EXPECT_FALSE(has_record(first.pid));

  ASSERT_TRUE(guest_->stop().has_value());
  EXPECT_EQ(guest_->state(), GuestState::Absent);
  EXPECT_EQ(host::identify_process(second.pid), std::nullopt);
  EXPECT_FALSE(has_record(second.pid));
}

TEST_F(GuestTest, NeedsNoMoreThanWasPredicted) {
  const GuestReady made = ready();
  const std::uint64_t peak = guest_->peak_bytes();
  EXPECT_GT(peak, 0U);
  EXPECT_LE(peak, made.predicted_bytes);
  EXPECT_GT(made.limit_bytes, made.predicted_bytes);
  ASSERT_TRUE(guest_->stop().has_value());
  EXPECT_GE(guest_->peak_bytes(), peak) << "known after its end, too";
}

TEST_F(GuestTest, ThatIsLostSaysSoAndCanBeReplaced) {
  const GuestReady first = ready();
  EXPECT_FALSE(guest_->loss().has_value());
  ::kill(first.pid, SIGKILL);
  while (!guest_->loss()) {
  }
  EXPECT_FALSE(guest_->loss()->out_of_memory) << "somebody killed it, memory did not run out";
  EXPECT_THAT(guest_->loss()->message, HasSubstr("signal 9"));
  EXPECT_EQ(guest_->state(), GuestState::Failed);
  EXPECT_NE(ready().pid, first.pid);
  EXPECT_FALSE(guest_->loss().has_value());
}

TEST_F(GuestTest, ThatDiesIsKnownToBeLostAsSoonAsItsConnectionBroke) {
  const GuestReady first = ready();
  ::kill(first.pid, SIGKILL);
  const auto loss = guest_->loss_behind(FailureClass::CutStream);
  ASSERT_TRUE(loss.has_value());
  EXPECT_FALSE(loss->hung);
}

TEST_F(GuestTest, ThatHangsIsEndedAndCanBeReplaced) {
  const GuestReady first = ready();
  EXPECT_EQ(guest_->loss_behind(FailureClass::Deadline), std::nullopt) << "it answers: only slow";
  EXPECT_EQ(guest_->state(), GuestState::Healthy);
  suspend(first.pid);
  const auto loss = guest_->loss_behind(FailureClass::Deadline);
  ASSERT_TRUE(loss.has_value());
  EXPECT_TRUE(loss->hung);
  EXPECT_FALSE(loss->out_of_memory);
  EXPECT_THAT(loss->message, HasSubstr("did not answer /health within 5 s"));
  EXPECT_EQ(guest_->state(), GuestState::Failed);
  EXPECT_EQ(host::identify_process(first.pid), std::nullopt);
  EXPECT_FALSE(has_record(first.pid));
  EXPECT_NE(ready().pid, first.pid);
}

}  // namespace
}  // namespace assay::endpoint

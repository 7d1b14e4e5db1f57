#include "host/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "host/identity.h"
#include "support/temporary_folder.h"

namespace assay::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds kLong{60};

ProcessRequest hog(std::vector<std::string> arguments) {
  ProcessRequest request;
  request.command = {ASSAY_TEST_HOG};
  request.command.insert(request.command.end(), arguments.begin(), arguments.end());
  return request;
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Waits for the event, not for luck: returns once `path` ends with a line feed.
std::string wait_for_line(const std::filesystem::path& path) {
  std::string text;
  while (text.empty() || text.back() != '\n') {
    std::this_thread::sleep_for(milliseconds(1));
    text = text_of(path);
  }
  return text;
}

bool runs(pid_t pid) { return identify_process(pid).has_value(); }

TEST(Process, ReportsExitCodesAndSignals) {
  auto exits = Process::start(hog({"exit", "3"}));
  ASSERT_TRUE(exits.has_value()) << exits.error().to_string();
  const auto end = exits->wait_for(kLong);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_EQ(end->describe(), "exit code 3");

  auto killed = Process::start(hog({"sleep"}));
  ASSERT_TRUE(killed.has_value());
  EXPECT_EQ(killed->poll(), std::nullopt);
  killed->kill();
  EXPECT_EQ(killed->poll()->signal, SIGKILL);
  EXPECT_EQ(killed->poll()->describe(), "signal 9 (Killed)");
}

TEST(Process, ThatCannotRunIsAnErrorOfStart) {
  ProcessRequest request;
  request.command = {"/no/such/program"};
  auto missing = Process::start(request);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(missing.error().to_string(), HasSubstr("/no/such/program"));

  request.command = {"assay-no-such-program"};
  auto unknown = Process::start(request);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().message, HasSubstr("`assay-no-such-program` on PATH"));

  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "data") << "not a program";
  request.command = {(folder.path() / "data").string()};
  auto refused = Process::start(request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, base::ErrorKind::System);
  EXPECT_THAT(refused.error().message, HasSubstr("Permission denied"));

  request = hog({"sleep"});
  request.cgroup = folder.path();
  EXPECT_FALSE(Process::start(request).has_value());
}

TEST(Process, FindsProgramsOnPathAndPassesTheEnvironmentOn) {
  const test::TemporaryFolder folder;
  ProcessRequest request;
  request.command = {"sh", "-c", "echo $ASSAY_TEST_WORD; echo $HOME"};
  request.environment = {{"ASSAY_TEST_WORD", "handed over"}, {"HOME", "/replaced"}};
  request.output = folder.path() / "log";
  auto process = Process::start(request);
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(process->wait_for(kLong).has_value());
  EXPECT_EQ(text_of(request.output), "handed over\n/replaced\n");
}

TEST(Process, AppendsBothStreamsToItsLog) {
  const test::TemporaryFolder folder;
  const auto log = folder.path() / "log";
  std::ofstream(log) << "before\n";
  ProcessRequest request = hog({"say", "out", "complain", "err"});
  request.output = log;
  auto process = Process::start(request);
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(process->wait_for(kLong).has_value());
  EXPECT_EQ(text_of(log), "before\nout\nerr\n");
}

TEST(Process, InheritsNothingButItsThreeStreams) {
  const test::TemporaryFolder folder;
  const int leaked = ::open("/dev/null", O_RDONLY);  // On purpose without close-on-exec.
  ProcessRequest request;
  request.command = {"sh", "-c", "ls /proc/self/fd; readlink /proc/self/fd/0"};
  request.output = folder.path() / "log";
  auto process = Process::start(request);
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(process->wait_for(kLong).has_value());
  ::close(leaked);
  EXPECT_EQ(text_of(request.output), "0\n1\n2\n3\n/dev/null\n") << "3 is what ls itself lists";
}

TEST(Process, StandsInItsOwnSession) {
  auto process = Process::start(hog({"sleep"}));
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(::getsid(process->pid()), process->pid());
  EXPECT_NE(::getpgid(process->pid()), ::getpgid(0));
}

TEST(Process, StopAsksFirstAndThenInsists) {
  auto polite = Process::start(hog({"sleep"}));
  ASSERT_TRUE(polite.has_value());
  EXPECT_EQ(polite->stop(kLong).signal, SIGTERM);
  EXPECT_EQ(polite->stop(kLong).signal, SIGTERM) << "a second stop changes nothing";

  const test::TemporaryFolder folder;
  ProcessRequest request = hog({"deaf", "say", "ready", "sleep"});
  request.output = folder.path() / "log";
  auto deaf = Process::start(request);
  ASSERT_TRUE(deaf.has_value());
  wait_for_line(request.output);
  EXPECT_EQ(deaf->stop(milliseconds(10)).signal, SIGKILL);
}

TEST(Process, TakesWhatItStartedWithIt) {
  const test::TemporaryFolder folder;
  ProcessRequest request = hog({"child", "sleep"});
  request.output = folder.path() / "log";
  auto process = Process::start(request);
  ASSERT_TRUE(process.has_value());
  const auto grandchild = static_cast<pid_t>(std::stol(wait_for_line(request.output)));
  ASSERT_TRUE(runs(grandchild));
  process->kill();
  while (runs(grandchild)) std::this_thread::sleep_for(milliseconds(1));
}

TEST(Process, DiesWithItsOwner) {
  pid_t pid = -1;
  {
    auto process = Process::start(hog({"sleep"}));
    ASSERT_TRUE(process.has_value());
    pid = process->pid();
    Process moved = std::move(*process);
    EXPECT_TRUE(runs(pid));
  }
  EXPECT_FALSE(runs(pid));
}

TEST(ProcessIdentity, TellsAProcessFromALaterOneOfTheSameNumber) {
  const auto self = identify_process(::getpid());
  ASSERT_TRUE(self.has_value());
  EXPECT_TRUE(is_running(*self));
  EXPECT_FALSE(is_running({self->pid, self->start_ticks + 1}));
  EXPECT_EQ(identify_process(-1), std::nullopt);
}

/// A parent that is killed with SIGKILL can clean up nothing; the kernel must.
TEST(Process, DiesWithAKilledParent) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto process = Process::start(hog({"deaf", "sleep"}));
    const pid_t pid = process.has_value() ? process->pid() : -1;
    [[maybe_unused]] const ssize_t written = ::write(ends[1], &pid, sizeof(pid));
    while (true) ::pause();
  }
  pid_t child = -1;
  ASSERT_EQ(::read(ends[0], &child, sizeof(child)), static_cast<ssize_t>(sizeof(child)));
  ASSERT_TRUE(child > 0 && runs(child));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  while (runs(child)) std::this_thread::sleep_for(milliseconds(1));
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace assay::host

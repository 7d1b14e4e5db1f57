#include "host/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "host/pidfd.h"

namespace assay::host {
namespace {

/// Which step of the child's set-up failed, sent through a pipe that a successful exec closes.
struct StartFailure {
  enum class Step : int { Orphaned, Cgroup, Execute };
  Step step = Step::Execute;
  int errno_value = 0;
};

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }
  void reset(int number = -1) {
    if (number_ >= 0) ::close(number_);
    number_ = number;
  }

 private:
  int number_;
};

/// Everything the child needs, made before the fork: between fork and exec only async-signal-safe
/// calls are allowed, so it must neither allocate nor take a lock.
struct Prepared {
  std::string program;
  std::vector<std::string> environment;
  std::vector<char*> argument_pointers;
  std::vector<char*> environment_pointers;
  Descriptor input;
  Descriptor output;
  Descriptor cgroup;
};

std::string_view inherited(std::string_view name) {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.size() > name.size() && text.substr(0, name.size()) == name &&
        text[name.size()] == '=') {
      return text.substr(name.size() + 1);
    }
  }
  return {};
}

base::Result<std::string> resolve_program(const ProcessRequest& request) {
  const std::string& name = request.command.front();
  if (name.find('/') != std::string::npos) return name;
  const auto own = request.environment.find("PATH");
  const std::string_view path = own != request.environment.end() ? own->second : inherited("PATH");
  for (const std::string& folder : base::split(path, ':')) {
    if (folder.empty()) continue;
    std::string candidate = fmt::format("{}/{}", folder, name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return base::bad_input(fmt::format("no program named `{}` on PATH", name),
                         "install it, or give its full path");
}

std::vector<std::string> merged_environment(const ProcessRequest& request) {
  std::vector<std::string> merged;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (request.environment.find(name) == request.environment.end()) merged.emplace_back(text);
  }
  for (const auto& [name, value] : request.environment) {
    merged.push_back(fmt::format("{}={}", name, value));
  }
  return merged;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  // execve() takes char* for historical reasons and does not write through it.
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

base::Status prepare(const ProcessRequest& request, Prepared& prepared) {
  ASSAY_TRY(prepared.program, resolve_program(request));
  prepared.environment = merged_environment(request);
  prepared.argument_pointers = pointers_to(request.command);
  prepared.environment_pointers = pointers_to(prepared.environment);
  prepared.input.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (prepared.input.get() < 0) return base::errno_error(errno, "open /dev/null");
  const std::string output = request.output.empty() ? "/dev/null" : request.output.string();
  prepared.output.reset(::open(output.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (prepared.output.get() < 0) return base::errno_error(errno, "open the log", output);
  if (!request.cgroup.empty()) {
    const std::string members = (request.cgroup / "cgroup.procs").string();
    prepared.cgroup.reset(::open(members.c_str(), O_WRONLY | O_CLOEXEC));
    if (prepared.cgroup.get() < 0) return base::errno_error(errno, "open the cgroup", members);
  }
  return base::Done{};
}

[[noreturn]] void give_up(int pipe, StartFailure::Step step, int errno_value) {
  const StartFailure failure{step, errno_value};
  // Nothing is left to do when even this fails: the parent then sees an exit code of 127.
  [[maybe_unused]] const ssize_t written = ::write(pipe, &failure, sizeof(failure));
  ::_exit(127);
}

void restore_signals() {
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// The child's side; async-signal-safe calls only.
[[noreturn]] void become_program(const Prepared& prepared, pid_t parent, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before the line above took effect; no signal would come any more.
  if (::getppid() != parent) give_up(pipe, StartFailure::Step::Orphaned, ESRCH);
  ::setsid();
  restore_signals();
  // "0" means the writer itself.
  if (prepared.cgroup.get() >= 0 && ::write(prepared.cgroup.get(), "0", 1) != 1) {
    give_up(pipe, StartFailure::Step::Cgroup, errno);
  }
  ::dup2(prepared.input.get(), STDIN_FILENO);
  ::dup2(prepared.output.get(), STDOUT_FILENO);
  ::dup2(prepared.output.get(), STDERR_FILENO);
  // Our own descriptors are all closed on exec; those that a library opened may not be.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execve(prepared.program.c_str(), prepared.argument_pointers.data(),
           prepared.environment_pointers.data());
  give_up(pipe, StartFailure::Step::Execute, errno);
}

base::Error describe_failure(const StartFailure& failure, const ProcessRequest& request,
                             const std::string& program) {
  switch (failure.step) {
    case StartFailure::Step::Orphaned:
      return base::internal_error("the thread that starts a process ended meanwhile", program);
    case StartFailure::Step::Cgroup:
      return base::errno_error(failure.errno_value, "put the process into its cgroup",
                               request.cgroup.string());
    case StartFailure::Step::Execute:
      break;
  }
  return base::errno_error(failure.errno_value, "run the program", program);
}

ssize_t read_whole(int pipe, StartFailure& failure) {
  ssize_t count = 0;
  do {
    count = ::read(pipe, &failure, sizeof(failure));
  } while (count < 0 && errno == EINTR);
  return count;
}

int milliseconds_left(base::MonotonicTime until, int at_most) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - base::system_clock().now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, at_most));
}

}  // namespace

std::string ProcessEnd::describe() const {
  if (signal == 0) return fmt::format("exit code {}", exit_code);
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

base::Result<Process> Process::start(const ProcessRequest& request) {
  if (request.command.empty()) return base::internal_error("a process without a command");
  Prepared prepared;
  ASSAY_TRY_DONE(prepare(request, prepared));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::errno_error(errno, "open a pipe");
  Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return base::errno_error(errno, "start a process", prepared.program);
  if (child == 0) become_program(prepared, parent, write_end.get());
  Process process(child);
  write_end.reset();
  StartFailure failure;
  // The end of the pipe without a message means that exec closed it: the program runs.
  if (read_whole(read_end.get(), failure) == static_cast<ssize_t>(sizeof(failure))) {
    return describe_failure(failure, request, prepared.program);
  }
  return process;
}

Process::~Process() {
  if (pid_ > 0) kill();
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), end_(std::exchange(other.end_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    if (pid_ > 0) kill();
    pid_ = std::exchange(other.pid_, -1);
    end_ = std::exchange(other.end_, std::nullopt);
  }
  return *this;
}

/// Requires that the child has ended. Its session is emptied while the zombie still keeps the
/// number from being given to another process.
void Process::reap() {
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ProcessEnd end;
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.exit_code = WEXITSTATUS(status);
  }
  end_ = end;
}

std::optional<ProcessEnd> Process::poll() {
  if (end_ || pid_ <= 0) return end_;
  siginfo_t info{};
  const int failed = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (failed == 0 && info.si_pid == pid_) reap();
  return end_;
}

std::optional<ProcessEnd> Process::wait_for(base::Nanoseconds duration) {
  const base::MonotonicTime until = base::system_clock().now() + duration;
  // Without pidfd (Linux before 5.3) poll() merely sleeps, so it is asked for short slices.
  const Descriptor descriptor(open_pidfd(pid_));
  const int slice_ms = descriptor.get() >= 0 ? 60'000 : 10;
  while (!poll() && base::system_clock().now() < until) {
    pollfd waited{descriptor.get(), POLLIN, 0};
    ::poll(&waited, 1, milliseconds_left(until, slice_ms));
  }
  return end_;
}

ProcessEnd Process::stop(base::Nanoseconds grace) {
  if (!poll()) {
    ::kill(pid_, SIGTERM);
    if (!wait_for(grace)) kill();
  }
  return *end_;
}

void Process::kill() {
  if (poll()) return;
  ::kill(pid_, SIGKILL);
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  reap();
}

}  // namespace assay::host

// A child process for tests of processes and memory guards. It obeys its arguments in order:
//   hold MIB      allocates and touches that many MiB, 8 at a time
//   pause MS      waits before each further 8 MiB
//   say TEXT      prints a line on stdout
//   complain TEXT prints a line on stderr
//   deaf          ignores SIGTERM from here on
//   child         starts a second process that waits for ever, and prints its pid
//   sleep         waits for ever
//   exit CODE     ends with that exit code
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;
constexpr long kStepMebibytes = 8;

void wait_ms(long ms) {
  timespec duration{ms / 1000, (ms % 1000) * 1'000'000};
  while (::nanosleep(&duration, &duration) != 0) {
  }
}

void wait_for_ever() {
  while (true) ::pause();
}

using Block = std::unique_ptr<char[]>;

void hold(long mebibytes, long pause_ms, std::vector<Block>& blocks) {
  for (long held = 0; held < mebibytes; held += kStepMebibytes) {
    if (pause_ms > 0) wait_ms(pause_ms);
    const std::size_t bytes = kMebibyte * static_cast<std::size_t>(kStepMebibytes);
    blocks.push_back(std::make_unique<char[]>(bytes));
    std::memset(blocks.back().get(), 1, bytes);
  }
}

void start_child() {
  const pid_t child = ::fork();
  if (child == 0) wait_for_ever();
  std::printf("%d\n", child);
}

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::vector<Block> blocks;
  long pause_ms = 0;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (word == "deaf") {
      std::signal(SIGTERM, SIG_IGN);
      continue;
    }
    if (word == "sleep") wait_for_ever();
    if (word == "child") {
      start_child();
      continue;
    }
    if (++i >= count) return 64;
    if (word == "hold") hold(std::strtol(arguments[i], nullptr, 10), pause_ms, blocks);
    if (word == "pause") pause_ms = std::strtol(arguments[i], nullptr, 10);
    if (word == "say") std::printf("%s\n", arguments[i]);
    if (word == "complain") std::fprintf(stderr, "%s\n", arguments[i]);
    if (word == "exit") return std::atoi(arguments[i]);
  }
  return 0;
}

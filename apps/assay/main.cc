// Builds the Context from the real world and hands it to the command line.
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/error.h"
#include "cli/cli.h"

extern "C" char** environ;

namespace {

assay::base::Interrupt g_interrupt;

extern "C" void on_signal(int number) {
  // Asked twice, the person means it; everything journaled is safe at any moment.
  if (g_interrupt.requested()) _exit(128 + number);
  g_interrupt.request(number);
}

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
  // A reader that went away shows as a failed write, not as a silent death.
  std::signal(SIGPIPE, SIG_IGN);
}

std::map<std::string, std::string, std::less<>> read_environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

assay::base::Terminal read_terminal(
    const std::map<std::string, std::string, std::less<>>& environment) {
  assay::base::Terminal terminal;
  terminal.in_is_terminal = isatty(STDIN_FILENO) == 1;
  terminal.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  terminal.err_is_terminal = isatty(STDERR_FILENO) == 1;
  const auto term = environment.find("TERM");
  const bool dumb = term == environment.end() || term->second == "dumb";
  terminal.color = terminal.err_is_terminal && terminal.out_is_terminal && !dumb &&
                   environment.count("NO_COLOR") == 0;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.columns = size.ws_col;
  return terminal;
}

}  // namespace

int main(int argument_count, char** arguments) {
  install_signal_handlers();
  auto environment = read_environment();
  const auto home = environment.find("ASSAY_HOME");
  assay::base::Context context{
      assay::base::system_clock(),
      g_interrupt,
      std::cin,
      std::cout,
      std::cerr,
      read_terminal(environment),
      environment,
      home == environment.end() || home->second.empty() ? ".assay" : home->second,
  };
  return assay::cli::run(context, {arguments + 1, arguments + argument_count});
}

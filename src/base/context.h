// Everything of the outside world that is not a model: clock, environment, terminal, interruption,
// state folder. Built once by main; handed down by reference. No other code reads the environment,
// prints or exits.
#pragma once

#include <atomic>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace assay::base {

/// What stdin, stdout and stderr are. `columns` is 80 where it cannot be known.
struct Terminal {
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool color = false;  ///< Only when stderr is a terminal, NO_COLOR is unset and TERM is not dumb.
  int columns = 80;
};

/// Set by the signal handler, read by everything that waits. Lock-free.
class Interrupt {
 public:
  /// 0 while nothing asked the program to stop, else the signal's number.
  int signal() const { return signal_.load(std::memory_order_relaxed); }
  bool requested() const { return signal() != 0; }
  void request(int signal_number) { signal_.store(signal_number, std::memory_order_relaxed); }

 private:
  std::atomic<int> signal_{0};
};

struct Context {
  const Clock& clock;
  Interrupt& interrupt;
  std::istream& in;   ///< Answers to questions; asked only when it is a terminal.
  std::ostream& out;  ///< Results only.
  std::ostream& err;  ///< Progress, notes and errors.
  Terminal terminal;
  std::map<std::string, std::string, std::less<>> environment;
  std::filesystem::path home;  ///< State folder (--home, else $ASSAY_HOME, else ./.assay).

  /// The variable's value, or none when it is unset or empty.
  std::optional<std::string> variable(std::string_view name) const;
};

}  // namespace assay::base

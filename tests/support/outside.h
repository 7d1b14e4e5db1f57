// A base::Context for tests: its own interruption, input and output kept in memory.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <sstream>
#include <string>

#include "base/context.h"

namespace assay::test {

class Outside {
 public:
  explicit Outside(std::map<std::string, std::string, std::less<>> environment = {},
                   const base::Clock& clock = base::system_clock())
      : context_{clock, interrupt_, in_, out_, err_, {}, std::move(environment), {}} {}
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  base::Context& context() { return context_; }
  const base::Context& context() const { return context_; }
  base::Interrupt& interrupt() { return interrupt_; }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }
  void forget_output() {
    out_.str("");
    err_.str("");
  }

  /// What this test process was started with, of these variables only.
  static std::map<std::string, std::string, std::less<>> inherited(
      std::initializer_list<const char*> names) {
    std::map<std::string, std::string, std::less<>> found;
    for (const char* name : names) {
      if (const char* value = std::getenv(name)) found.emplace(name, value);
    }
    return found;
  }

 private:
  base::Interrupt interrupt_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  base::Context context_;
};

}  // namespace assay::test

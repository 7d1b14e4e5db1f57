// A base::Context for tests: real clock, its own interruption, output kept in memory.
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
  explicit Outside(std::map<std::string, std::string, std::less<>> environment = {})
      : context_{base::system_clock(), interrupt_, out_, err_, {}, std::move(environment), {}, {}} {
  }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  const base::Context& context() const { return context_; }
  base::Interrupt& interrupt() { return interrupt_; }

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
  std::ostringstream out_;
  std::ostringstream err_;
  base::Context context_;
};

}  // namespace assay::test

// The null server as a process of its own: prints its port and serves until its input ends.
//   null_server [PORT]
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "support/null_server.h"

int main(int argc, char** argv) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  assay::test::NullServer server(argc > 1 ? static_cast<std::uint16_t>(std::stoi(argv[1]))
                                          : std::uint16_t{0});
  fmt::print("{}\n", server.port());
  std::fflush(stdout);
  server.run_until_readable(STDIN_FILENO);
  return 0;
}

#include "host/capture.h"

#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace assay::host {
namespace {

constexpr std::size_t kOutputBytesMax = std::size_t{1} << 20U;

std::string read_back(int file) {
  std::string text(kOutputBytesMax, '\0');
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

}  // namespace

base::Result<Captured> run_and_capture(ProcessRequest request, base::Nanoseconds timeout) {
  // A file in memory instead of a pipe: nobody has to drain it while the program runs.
  const int file = ::memfd_create("assay-capture", MFD_CLOEXEC);
  if (file < 0) return base::errno_error(errno, "make a file in memory");
  request.output = fmt::format("/proc/self/fd/{}", file);
  auto process = Process::start(request);
  if (!process.has_value()) {
    ::close(file);
    return process.error();
  }
  const auto end = process->wait_for(timeout);
  if (!end) process->kill();
  std::string output = read_back(file);
  ::close(file);
  if (!end) {
    return base::system_error(
        fmt::format("expected the program to end within {:.0f} s, it still ran",
                    base::to_seconds(timeout)),
        "run it by hand to see what it waits for", request.command.front());
  }
  return Captured{*end, std::move(output)};
}

}  // namespace assay::host

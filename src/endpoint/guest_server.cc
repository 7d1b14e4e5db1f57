#include "endpoint/guest_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/text.h"
#include "host/memory.h"
#include "host/port.h"

namespace assay::endpoint {
namespace {

constexpr std::chrono::seconds kStopGrace{5};

std::uint64_t size_or_zero(const std::filesystem::path& path) {
  std::error_code failure;
  const std::uint64_t size = std::filesystem::file_size(path, failure);
  return failure ? 0 : size;
}

base::Status make_folder_of(const std::filesystem::path& path) {
  std::error_code failure;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
  if (failure) return base::errno_error(failure.value(), "make the log's folder", path.string());
  return base::Done{};
}

}  // namespace

GuestServer::GuestServer(std::unique_ptr<host::MemoryGuard> guard, host::Process process,
                         std::uint16_t port)
    : guard_(std::move(guard)), process_(std::move(process)), port_(port) {}

base::Result<std::unique_ptr<GuestServer>> GuestServer::start(const ServerRequest& request) {
  ASSAY_TRY_DONE(make_folder_of(request.log));
  ASSAY_TRY(const std::uint16_t port, host::free_loopback_port());
  ASSAY_TRY(auto guard, host::MemoryGuard::make(request.limit_bytes));
  host::ProcessRequest child;
  child.command = {request.engine.server.string()};
  const std::vector<std::string> arguments = command_arguments(request.settings);
  child.command.insert(child.command.end(), arguments.begin(), arguments.end());
  child.command.insert(child.command.end(),
                       {"--host", "127.0.0.1", "--port", std::to_string(port)});
  // From this verbosity on the server says which settings it runs with.
  child.command.insert(child.command.end(), {"--log-verbosity", "4"});
  child.output = request.log;
  child.cgroup = guard->cgroup();
  const std::uint64_t log_start = size_or_zero(request.log);
  const std::uint64_t kernel_kills = host::count_kernel_memory_kills();
  ASSAY_TRY(host::Process process, host::Process::start(child));
  std::unique_ptr<GuestServer> server(new GuestServer(std::move(guard), std::move(process), port));
  server->log_ = request.log;
  server->log_start_ = log_start;
  server->kernel_kills_before_ = kernel_kills;
  ASSAY_TRY_DONE(server->guard_->attach(server->pid()));
  ASSAY_TRY_DONE(server->record_.write(request.run_folder, server->pid(), child.command, port));
  return server;
}

ServerFailure GuestServer::failure() {
  const host::ProcessEnd end = process_.poll().value_or(host::ProcessEnd{});
  const std::string log = read_log_end(log_, log_start_);
  const std::string lines = last_lines(log);
  if (guard_->tripped()) {
    return {ServerEnd::OutOfMemory,
            fmt::format("it crossed its memory limit of {} and was ended ({}){}",
                        base::human_bytes(guard_->limit_bytes()), host::name_of(guard_->kind()),
                        lines)};
  }
  const bool killed_by_kernel =
      end.signal == SIGKILL && host::count_kernel_memory_kills() > kernel_kills_before_;
  if (killed_by_kernel) {
    return {ServerEnd::OutOfMemory,
            "the kernel ended it because the machine ran out of memory" + lines};
  }
  return {classify_log(log), fmt::format("it ended with {}{}", end.describe(), lines)};
}

std::string GuestServer::log() const { return read_log_end(log_, log_start_); }

std::string GuestServer::log_lines() const { return last_lines(read_log_end(log_, log_start_)); }

const MemoryHeld& GuestServer::look() {
  held_.look(pid());
  // A guest that the guard ended was gone before anybody could look at its last moment.
  if (guard_->tripped()) {
    held_.resident_peak = std::max(held_.resident_peak, guard_->peak_bytes());
  }
  return held_;
}

void GuestServer::stop() {
  process_.stop(kStopGrace);
  record_.remove();
}

void GuestServer::kill() {
  process_.kill();
  record_.remove();
}

}  // namespace assay::endpoint

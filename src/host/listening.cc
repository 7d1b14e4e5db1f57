#include "host/listening.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "base/text.h"
#include "host/proc_file.h"
#include "host/processes.h"

namespace assay::host {
namespace {

namespace fs = std::filesystem;

// Format: proc(5), /proc/net/tcp. Fields are divided by blanks: slot, local address, remote
// address, state, …, inode as the tenth.
constexpr std::size_t kLocalField = 1;
constexpr std::size_t kStateField = 3;
constexpr std::size_t kInodeField = 9;
constexpr std::string_view kListening = "0A";

constexpr std::string_view kLoopbackV4 = "0100007F";
constexpr std::string_view kLoopbackV6 = "00000000000000000000000001000000";

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  for (std::string& field : base::split(line, ' ')) {
    if (!field.empty()) fields.push_back(std::move(field));
  }
  return fields;
}

std::optional<ListeningSocket> parse_socket(std::string_view line) {
  const auto fields = fields_of(line);
  if (fields.size() <= kInodeField || fields[kStateField] != kListening) return std::nullopt;
  const std::string& local = fields[kLocalField];
  const std::size_t colon = local.find(':');
  const auto inode = parse_number(fields[kInodeField]);
  if (colon == std::string::npos || !inode) return std::nullopt;
  ListeningSocket socket;
  const char* end = local.data() + local.size();
  const auto [stop, failure] = std::from_chars(local.data() + colon + 1, end, socket.port, 16);
  if (failure != std::errc() || stop != end) return std::nullopt;
  const std::string_view address = std::string_view(local).substr(0, colon);
  socket.loopback_only = address == kLoopbackV4 || address == kLoopbackV6;
  socket.inode = *inode;
  return socket;
}

/// The number in "socket:[123]", which a socket's file descriptor links to.
std::optional<std::uint64_t> socket_inode(const std::string& target) {
  constexpr std::string_view kStart = "socket:[";
  if (!target.starts_with(kStart) || target.back() != ']') return std::nullopt;
  return parse_number(target.substr(kStart.size(), target.size() - kStart.size() - 1));
}

/// Of the sockets in `wanted`, the processes that have them open.
std::map<std::uint64_t, pid_t> find_owners(const std::set<std::uint64_t>& wanted,
                                           const fs::path& proc) {
  std::map<std::uint64_t, pid_t> owners;
  for (const pid_t pid : list_processes(proc)) {
    std::error_code failure;
    const fs::path folder = proc / fmt::format("{}", pid) / "fd";
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      std::error_code gone;
      const auto inode = socket_inode(fs::read_symlink(entry->path(), gone).string());
      if (!gone && inode && wanted.contains(*inode)) owners.try_emplace(*inode, pid);
    }
  }
  return owners;
}

}  // namespace

std::vector<ListeningSocket> parse_listening_sockets(std::string_view text) {
  std::vector<ListeningSocket> sockets;
  for (const std::string_view line : base::split_lines(text)) {
    if (auto socket = parse_socket(line)) sockets.push_back(*socket);
  }
  return sockets;
}

std::vector<ListeningPort> read_listening_ports(const fs::path& proc) {
  std::vector<ListeningSocket> sockets;
  for (const char* file : {"net/tcp", "net/tcp6"}) {
    const auto found = parse_listening_sockets(read_kernel_file(proc / file).value_or(""));
    sockets.insert(sockets.end(), found.begin(), found.end());
  }
  std::set<std::uint64_t> inodes;
  for (const ListeningSocket& socket : sockets) inodes.insert(socket.inode);
  const auto owners = find_owners(inodes, proc);
  // One program often listens on a port twice, by each version of the protocol.
  std::map<std::pair<std::uint16_t, pid_t>, bool> loopback_only;
  for (const ListeningSocket& socket : sockets) {
    const auto owner = owners.find(socket.inode);
    const pid_t pid = owner == owners.end() ? 0 : owner->second;
    const auto [entry, added] = loopback_only.try_emplace({socket.port, pid}, true);
    entry->second = entry->second && socket.loopback_only;
  }
  std::vector<ListeningPort> ports;
  for (const auto& [key, loopback] : loopback_only) {
    ports.push_back({key.first, loopback, key.second});
  }
  return ports;
}

}  // namespace assay::host

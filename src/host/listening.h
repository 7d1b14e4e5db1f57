// Which TCP ports somebody on this machine listens on, and who.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace assay::host {

struct ListeningPort {
  std::uint16_t port = 0;
  bool loopback_only = false;  ///< Cannot be reached from other machines.
  pid_t pid = 0;               ///< 0: the owner is another user's process.
};

/// By port, each port and owner once.
std::vector<ListeningPort> read_listening_ports(const std::filesystem::path& proc = "/proc");

struct ListeningSocket {
  std::uint16_t port = 0;
  bool loopback_only = false;
  std::uint64_t inode = 0;
};

/// From the text of /proc/net/tcp or tcp6; lines that make no sense are left out.
std::vector<ListeningSocket> parse_listening_sockets(std::string_view text);

}  // namespace assay::host

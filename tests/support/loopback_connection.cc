#include "support/loopback_connection.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace assay::test {

LoopbackConnection::LoopbackConnection(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval wait{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close();
    throw std::runtime_error(fmt::format("nobody listens on port {}", port));
  }
}

LoopbackConnection::~LoopbackConnection() { close(); }

void LoopbackConnection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool LoopbackConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool LoopbackConnection::read_more() {
  std::array<char, 65536> piece;
  const ssize_t size = ::recv(socket_, piece.data(), piece.size(), 0);
  if (size > 0) {
    unread_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
  }
  closed_ = size == 0;
  reset_ = size < 0 && errno == ECONNRESET;
  return false;
}

std::string LoopbackConnection::read_through(std::string_view marker) {
  std::size_t found = unread_.find(marker);
  while (found == std::string::npos && read_more()) found = unread_.find(marker);
  const std::size_t end = found == std::string::npos ? unread_.size() : found + marker.size();
  std::string taken = unread_.substr(0, end);
  unread_.erase(0, end);
  return taken;
}

std::string LoopbackConnection::read_all() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

std::string ask_loopback(std::uint16_t port, std::string_view method, std::string_view target,
                         std::string_view body) {
  LoopbackConnection connection(port);
  connection.send(fmt::format(
      "{} {} HTTP/1.1\r\nHost: twin\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}", method,
      target, body.size(), body));
  return connection.read_all();
}

std::string body_of(std::string_view reply) {
  const std::size_t head_end = reply.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return "";
  const std::string_view head = reply.substr(0, head_end);
  std::string_view rest = reply.substr(head_end + 4);
  if (head.find("Transfer-Encoding: chunked") == std::string_view::npos) return std::string(rest);
  std::string body;
  while (true) {
    const std::size_t line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return body;
    const std::size_t size = std::stoul(std::string(rest.substr(0, line_end)), nullptr, 16);
    if (size == 0) return body;
    body += rest.substr(line_end + 2, size);
    if (rest.size() < line_end + 2 + size + 2) return body;
    rest.remove_prefix(line_end + 2 + size + 2);
  }
}

}  // namespace assay::test

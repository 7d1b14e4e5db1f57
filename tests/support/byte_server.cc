#include "support/byte_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <list>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace assay::test {
namespace {

/// The body length a request head announces; 0 without Content-Length.
std::size_t announced_length(const std::string& head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string::npos; at += 2) {
    if (::strncasecmp(head.c_str() + at, kName.data(), kName.size()) == 0) {
      return std::stoul(head.substr(at + kName.size()));
    }
  }
  return 0;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

ByteStep read_request() { return {ByteStep::Kind::ReadRequest, ""}; }
ByteStep send_bytes(std::string bytes) { return {ByteStep::Kind::Send, std::move(bytes)}; }
ByteStep close_now() { return {ByteStep::Kind::Close, ""}; }
ByteStep reset_now() { return {ByteStep::Kind::Reset, ""}; }
ByteStep hold() { return {ByteStep::Kind::Hold, ""}; }

ByteStep send_reply(const std::string& body, const std::string& status,
                    const std::string& headers) {
  return send_bytes("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n" + headers + "\r\n" + body);
}

struct ByteServer::Body {
  std::vector<Script> scripts;
  int listener = -1;
  std::uint16_t port = 0;
  mutable std::mutex mutex;
  std::vector<std::string> requests;
  std::vector<int> sockets;  ///< One per accepted connection; -1 once closed.
  std::list<std::thread> players;
  std::thread acceptor;

  void listen();
  void accept_all();
  void play(std::size_t number, int socket);
  bool take(const ByteStep& step, int socket, std::string& unread);
  bool read_one_request(int socket, std::string& unread);
};

void ByteServer::Body::listen() {
  listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, generic, size) != 0 || ::listen(listener, 64) != 0 ||
      ::getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("the test server cannot listen on loopback");
  }
  port = ntohs(address.sin_port);
}

void ByteServer::Body::accept_all() {
  while (true) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const std::lock_guard lock(mutex);
    const std::size_t number = sockets.size();
    sockets.push_back(socket);
    players.emplace_back([this, number, socket] { play(number, socket); });
  }
}

void ByteServer::Body::play(std::size_t number, int socket) {
  std::string unread;
  const Script script = number < scripts.size() ? scripts[number] : Script{close_now()};
  bool open = true;
  for (const ByteStep& step : script) {
    open = take(step, socket, unread);
    if (!open) break;
  }
  if (open) take(hold(), socket, unread);
  const std::lock_guard lock(mutex);
  sockets[number] = -1;
  ::close(socket);
}

/// False when the connection is to be closed.
bool ByteServer::Body::take(const ByteStep& step, int socket, std::string& unread) {
  switch (step.kind) {
    case ByteStep::Kind::ReadRequest:
      return read_one_request(socket, unread);
    case ByteStep::Kind::Send:
      return send_all(socket, step.bytes);
    case ByteStep::Kind::Close:
      return false;
    case ByteStep::Kind::Reset: {
      const linger at_once{1, 0};
      ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
      return false;
    }
    case ByteStep::Kind::Hold: {
      char ignored[4096];
      while (::recv(socket, ignored, sizeof(ignored), 0) > 0) {
      }
      return false;
    }
  }
  return false;
}

bool ByteServer::Body::read_one_request(int socket, std::string& unread) {
  while (true) {
    const std::size_t head_end = unread.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const std::size_t whole = head_end + 4 + announced_length(unread.substr(0, head_end));
      if (unread.size() >= whole) {
        const std::lock_guard lock(mutex);
        requests.push_back(unread.substr(0, whole));
        unread.erase(0, whole);
        return true;
      }
    }
    char piece[16384];
    const ssize_t count = ::recv(socket, piece, sizeof(piece), 0);
    if (count <= 0) return false;
    unread.append(piece, static_cast<std::size_t>(count));
  }
}

ByteServer::ByteServer(std::vector<Script> scripts) : body_(std::make_unique<Body>()) {
  body_->scripts = std::move(scripts);
  body_->listen();
  body_->acceptor = std::thread([this] { body_->accept_all(); });
}

ByteServer::~ByteServer() {
  ::shutdown(body_->listener, SHUT_RDWR);
  body_->acceptor.join();
  ::close(body_->listener);
  {
    const std::lock_guard lock(body_->mutex);
    for (const int socket : body_->sockets) {
      if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
    }
  }
  for (std::thread& player : body_->players) player.join();
}

std::uint16_t ByteServer::port() const { return body_->port; }

std::string ByteServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(body_->port) + path;
}

int ByteServer::connections() const {
  const std::lock_guard lock(body_->mutex);
  return static_cast<int>(body_->sockets.size());
}

std::vector<std::string> ByteServer::requests() const {
  const std::lock_guard lock(body_->mutex);
  return body_->requests;
}

}  // namespace assay::test

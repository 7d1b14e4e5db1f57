#include "support/null_server.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <queue>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::test {
namespace {

constexpr int kStreamEvents = 64;
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kStreamEnd = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
constexpr std::size_t kDigits = 20;

using Clock = std::chrono::steady_clock;

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string event(std::string_view content) {
  return chunk(fmt::format(
      R"(data: {{"choices":[{{"finish_reason":null,"index":0,"delta":{{"content":"{}"}}}}],)"
      R"("created":1767225600,"id":"chatcmpl-5mXq0pZtKc1vYw7e","model":"null",)"
      R"("object":"chat.completion.chunk"}})"
      "\n\n",
      content));
}

std::string plain_reply() {
  const std::string body =
      R"({"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant",)"
      R"("content":"Hello, world."}}],"created":1767225600,"id":"chatcmpl-5mXq0pZtKc1vYw7e",)"
      R"("model":"null","object":"chat.completion",)"
      R"("usage":{"completion_tokens":4,"prompt_tokens":9,"total_tokens":13}})";
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

std::string stream_reply() {
  std::string reply(kStreamHead);
  for (int i = 0; i < kStreamEvents; ++i) reply += event(" word");
  return reply.append(kStreamEnd);
}

/// The number behind `name` in a request's target, or `otherwise`.
std::int64_t number_in(std::string_view target, std::string_view name, std::int64_t otherwise) {
  const std::size_t at = target.find(name);
  if (at == std::string_view::npos) return otherwise;
  const std::string_view digits = target.substr(at + name.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), otherwise);
  return otherwise;
}

struct Connection {
  int socket = -1;
  std::string unread;
  std::string unsent;
  std::chrono::microseconds interval{0};
  std::int64_t events_left = 0;
  Clock::time_point due;
};

/// The bytes of the first request in `unread`, head and body; 0 while it is not whole.
std::size_t request_bytes(std::string_view unread) {
  const std::size_t head = unread.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  const std::int64_t body = number_in(unread.substr(0, head + 2), "Content-Length: ", 0);
  const std::size_t whole = head + 4 + static_cast<std::size_t>(body);
  return unread.size() < whole ? 0 : whole;
}

}  // namespace

struct NullServer::Loop {
  struct Due {
    Clock::time_point time;
    Connection* connection;
    bool operator<(const Due& other) const { return time > other.time; }
  };

  void listen(std::uint16_t wanted_port);
  void accept_all();
  void add(int socket, void* owner, std::uint32_t events);
  void on_ready(Connection& connection, std::uint32_t events);
  void answer(Connection& connection, std::string_view target);
  void send(Connection& connection, std::string_view bytes);
  void send_due();
  void send_next_event(Connection& connection);
  void drop(Connection& connection);

  int listener = -1;
  int queue = -1;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<Connection>> connections;  ///< Kept until the end, also when closed.
  std::priority_queue<Due> dues;
  std::string plain = plain_reply();
  std::string stream = stream_reply();
  std::string paced_event = event(std::string(kDigits, '0'));
  std::size_t digits_at = paced_event.find(std::string(kDigits, '0'));
};

void NullServer::Loop::listen(std::uint16_t wanted_port) {
  listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(wanted_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  queue = ::epoll_create1(EPOLL_CLOEXEC);
  if (queue < 0 || listener < 0 || ::bind(listener, generic, size) != 0 ||
      ::listen(listener, 4096) != 0 || ::getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("the null server cannot listen on loopback");
  }
  port = ntohs(address.sin_port);
  add(listener, nullptr, EPOLLIN);
}

void NullServer::Loop::add(int socket, void* owner, std::uint32_t events) {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.ptr = owner;
  ::epoll_ctl(queue, EPOLL_CTL_ADD, socket, &wanted);
}

void NullServer::Loop::accept_all() {
  while (true) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connections.push_back(std::make_unique<Connection>());
    connections.back()->socket = socket;
    // Edge-triggered, so that asking for writability costs nothing while there is room.
    add(socket, connections.back().get(), EPOLLIN | EPOLLOUT | EPOLLET);
  }
}

void NullServer::Loop::drop(Connection& connection) {
  ::close(connection.socket);
  connection = Connection{};
}

void NullServer::Loop::on_ready(Connection& connection, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !connection.unsent.empty()) {
    send(connection, std::exchange(connection.unsent, {}));
  }
  std::array<char, 16384> piece;
  while ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && connection.socket >= 0) {
    const ssize_t count = ::recv(connection.socket, piece.data(), piece.size(), 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) drop(connection);
    if (count <= 0) return;
    connection.unread.append(piece.data(), static_cast<std::size_t>(count));
    while (const std::size_t whole = request_bytes(connection.unread)) {
      const std::string_view request(connection.unread.data(), whole);
      const std::size_t target = request.find(' ') + 1;
      answer(connection, request.substr(target, request.find(' ', target) - target));
      connection.unread.erase(0, whole);
    }
    if (static_cast<std::size_t>(count) < piece.size() && (events & EPOLLHUP) == 0) return;
  }
}

void NullServer::Loop::answer(Connection& connection, std::string_view target) {
  if (target.starts_with("/plain")) {
    send(connection, plain);
  } else if (target.starts_with("/stream")) {
    send(connection, stream);
  } else if (target.starts_with("/paced")) {
    connection.interval = std::chrono::microseconds(number_in(target, "interval_us=", 25'000));
    connection.events_left = number_in(target, "events=", kStreamEvents);
    send(connection, kStreamHead);
    connection.due = Clock::now() + connection.interval;
    dues.push({connection.due, &connection});
  } else {
    send(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }
}

void NullServer::Loop::send(Connection& connection, std::string_view bytes) {
  if (!connection.unsent.empty()) {
    connection.unsent += bytes;
    return;
  }
  const ssize_t sent = ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  connection.unsent = bytes.substr(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
}

void NullServer::Loop::send_due() {
  while (!dues.empty() && dues.top().time <= Clock::now()) {
    const Due due = dues.top();
    dues.pop();
    if (due.connection->due == due.time && due.connection->socket >= 0) {
      send_next_event(*due.connection);
    }
  }
}

void NullServer::Loop::send_next_event(Connection& connection) {
  if (connection.events_left-- == 0) {
    send(connection, kStreamEnd);
    return;
  }
  const std::string digits =
      fmt::format("{:020}", Clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
  std::memcpy(paced_event.data() + digits_at, digits.data(), kDigits);
  send(connection, paced_event);
  connection.due += connection.interval;
  dues.push({connection.due, &connection});
}

NullServer::NullServer(std::uint16_t port) : loop_(std::make_unique<Loop>()) {
  loop_->listen(port);
}

NullServer::~NullServer() {
  for (const auto& connection : loop_->connections) {
    if (connection->socket >= 0) ::close(connection->socket);
  }
  ::close(loop_->listener);
  ::close(loop_->queue);
}

std::uint16_t NullServer::port() const { return loop_->port; }

void NullServer::run_until_readable(int end) {
  Loop& loop = *loop_;
  loop.add(end, &loop, EPOLLIN);
  std::array<epoll_event, 128> events;
  while (true) {
    timespec limit{1, 0};
    if (!loop.dues.empty()) {
      const auto left = std::clamp<std::chrono::nanoseconds>(loop.dues.top().time - Clock::now(),
                                                             std::chrono::nanoseconds(0),
                                                             std::chrono::seconds(1));
      limit = {0, static_cast<long>(std::min<std::int64_t>(left.count(), 999'999'999))};
    }
    const int count =
        ::epoll_pwait2(loop.queue, events.data(), static_cast<int>(events.size()), &limit, nullptr);
    for (int i = 0; i < count; ++i) {
      const epoll_event& ready = events[static_cast<std::size_t>(i)];
      if (ready.data.ptr == &loop) return;
      if (ready.data.ptr == nullptr) {
        loop.accept_all();
      } else if (auto& connection = *static_cast<Connection*>(ready.data.ptr);
                 connection.socket >= 0) {
        loop.on_ready(connection, ready.events);
      }
      loop.send_due();
    }
    loop.send_due();
  }
}

}  // namespace assay::test

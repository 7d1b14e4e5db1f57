#include "net/flow_socket.h"

#include <fmt/core.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace assay::net {
namespace {

constexpr std::size_t kReadyMax = 128;

std::uint32_t mask_of(FlowInterest interest) {
  switch (interest) {
    case FlowInterest::Read:
      return EPOLLIN;
    case FlowInterest::Write:
      return EPOLLOUT;
    case FlowInterest::Both:
      break;
  }
  return EPOLLIN | EPOLLOUT;
}

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof(value));
}

FlowMove moved_or_error(ssize_t count) {
  using How = FlowMove::How;
  if (count > 0) return {How::Moved, static_cast<std::size_t>(count), 0, {}};
  if (count == 0) return {How::Ended, 0, 0, {}};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {How::Failed, 0, errno, {}};
}

void ask_for_stamps(int socket) {
  set_option(socket, SOL_SOCKET, SO_TIMESTAMPING,
             SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
}

/// The software stamp of a read, on the monotonic clock; MonotonicTime() without one.
base::MonotonicTime stamp_of(msghdr& message, const FlowClock& clock) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps{};
    std::memcpy(&stamps, CMSG_DATA(part), sizeof(stamps));
    const auto& software = stamps.ts[0];
    if (software.tv_sec == 0) break;
    return clock.to_monotonic(static_cast<std::int64_t>(software.tv_sec) * 1'000'000'000 +
                              software.tv_nsec);
  }
  return {};
}

}  // namespace

std::string words_of_errno(int error) { return std::generic_category().message(error); }

base::Result<std::vector<FlowAddress>> resolve_addresses(const Url& url) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &wanted, &found);
  if (failed != 0) {
    return base::unreachable(
        fmt::format("no address for the host name \"{}\": {}", url.host, ::gai_strerror(failed)),
        "check the host name in the address", url.to_string());
  }
  std::vector<FlowAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    FlowAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.bytes = entry->ai_addrlen;
  }
  ::freeaddrinfo(found);
  return addresses;
}

base::Result<FlowReadiness> FlowReadiness::open() {
  const int queue = ::epoll_create1(EPOLL_CLOEXEC);
  if (queue < 0) return base::errno_error(errno, "wait for network events");
  return FlowReadiness(queue);
}

FlowReadiness::FlowReadiness(FlowReadiness&& other) noexcept
    : queue_(std::exchange(other.queue_, -1)) {}

FlowReadiness::~FlowReadiness() {
  if (queue_ >= 0) ::close(queue_);
}

int FlowReadiness::add(int socket, FlowInterest interest, void* owner) {
  epoll_event event{};
  event.events = mask_of(interest);
  event.data.ptr = owner;
  return ::epoll_ctl(queue_, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : errno;
}

void FlowReadiness::change(int socket, FlowInterest interest, void* owner) {
  epoll_event event{};
  event.events = mask_of(interest);
  event.data.ptr = owner;
  ::epoll_ctl(queue_, EPOLL_CTL_MOD, socket, &event);
}

void FlowReadiness::wait(base::Nanoseconds timeout, std::vector<Ready>& ready) {
  std::array<epoll_event, kReadyMax> events;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const timespec limit{static_cast<time_t>(seconds.count()),
                       static_cast<long>((timeout - seconds).count())};
  const int count =
      ::epoll_pwait2(queue_, events.data(), static_cast<int>(events.size()), &limit, nullptr);
  ready.clear();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    ready.push_back({event.data.ptr, (event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0,
                     (event.events & EPOLLOUT) != 0});
  }
}

int FlowSocket::connect(const FlowAddress& address, bool with_kernel_stamps) {
  close();
  socket_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return errno;
  set_option(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  if (with_kernel_stamps) ask_for_stamps(socket_);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(socket_, generic, address.bytes) == 0 || errno == EINPROGRESS) return 0;
  return errno;
}

void FlowSocket::keep_stamping() {
  close();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ >= 0) ask_for_stamps(socket_);
}

int FlowSocket::connect_error() const {
  int error = 0;
  socklen_t bytes = sizeof(error);
  if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0) return errno;
  return error;
}

FlowMove FlowSocket::receive(char* into, std::size_t count, const FlowClock& clock) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(scm_timestamping))> control;
  iovec place{into, count};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  FlowMove move = moved_or_error(::recvmsg(socket_, &message, 0));
  if (move.how == FlowMove::How::Moved) move.kernel = stamp_of(message, clock);
  return move;
}

FlowMove FlowSocket::send(std::string_view bytes) {
  return moved_or_error(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

void FlowSocket::acknowledge_now() { set_option(socket_, IPPROTO_TCP, TCP_QUICKACK, 1); }

void FlowSocket::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

}  // namespace assay::net

// A non-blocking TCP socket with the kernel's receive stamps, and the readiness queue it is
// registered with. Internal to this room; Linux.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/flow_clock.h"
#include "net/url.h"

namespace assay::net {

struct FlowAddress {
  sockaddr_storage storage{};
  socklen_t bytes = 0;
};

/// The host's addresses in the order the system prefers. Blocks while the system looks them up.
base::Result<std::vector<FlowAddress>> resolve_addresses(const Url& url);

/// What a socket can be waited for.
enum class FlowInterest { Read, Write, Both };

/// Level-triggered epoll. `owner` comes back with the readiness of its socket.
class FlowReadiness {
 public:
  struct Ready {
    void* owner = nullptr;
    bool readable = false;  ///< Or ended, or broken: reading says which.
    bool writable = false;
  };

  static base::Result<FlowReadiness> open();
  FlowReadiness(FlowReadiness&& other) noexcept;
  FlowReadiness& operator=(FlowReadiness&&) = delete;
  ~FlowReadiness();

  /// 0, or an errno.
  int add(int socket, FlowInterest interest, void* owner);
  void change(int socket, FlowInterest interest, void* owner);

  /// Replaces `ready` by what is ready; waits up to `timeout`, to the kernel's timer slack of 50
  /// us.
  void wait(base::Nanoseconds timeout, std::vector<Ready>& ready);

 private:
  explicit FlowReadiness(int queue) : queue_(queue) {}
  int queue_;
};

/// How one call moved bytes.
struct FlowMove {
  enum class How { Moved, WouldBlock, Ended, Failed };
  How how = How::WouldBlock;
  std::size_t bytes = 0;
  int error = 0;               ///< errno of Failed.
  base::MonotonicTime kernel;  ///< Of a read: see FlowStamp.
};

class FlowSocket {
 public:
  FlowSocket() = default;
  ~FlowSocket() { close(); }
  FlowSocket(const FlowSocket&) = delete;
  FlowSocket& operator=(const FlowSocket&) = delete;

  /// Begins to connect, without Nagle's delay. 0, or an errno.
  int connect(const FlowAddress& address, bool with_kernel_stamps);
  /// Opens a socket that connects to nothing and only asks for stamps. The kernel stamps while some
  /// socket of the machine asks, and begins a little after the first one does: this one keeps it
  /// stamping before the first connection and between two of them.
  void keep_stamping();
  /// After the socket became writable: 0 when it is connected, else why not.
  int connect_error() const;

  FlowMove receive(char* into, std::size_t count, const FlowClock& clock);
  FlowMove send(std::string_view bytes);

  /// A server with Nagle's algorithm on holds its next token back until the last is acknowledged,
  /// and the kernel may delay that by 40 ms. It forgets the wish, so it is told after every read
  /// that more is to follow.
  void acknowledge_now();

  void close();
  bool is_open() const { return socket_ >= 0; }
  int descriptor() const { return socket_; }

 private:
  int socket_ = -1;
};

/// "Connection refused"; what an errno means to a person.
std::string words_of_errno(int error);

}  // namespace assay::net

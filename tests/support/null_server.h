// An HTTP server that does as little as it can, so that what is measured against it is the client:
// every reply is composed beforehand, and streams tell in each event when it was sent. Plain epoll
// on one thread, sharing no code with what it measures.
//
//   /plain                        one JSON chat completion
//   /stream                       64 events, all handed to the kernel at once
//   /paced?interval_us=N&events=M events one by one; each one's content is the monotonic time in
//                                 nanoseconds, 20 digits, read just before it was handed over
#pragma once

#include <cstdint>
#include <memory>

namespace assay::test {

class NullServer {
 public:
  /// Listens on 127.0.0.1; throws std::runtime_error when it cannot. Port 0: any free one.
  explicit NullServer(std::uint16_t port = 0);
  ~NullServer();
  NullServer(const NullServer&) = delete;
  NullServer& operator=(const NullServer&) = delete;

  std::uint16_t port() const;

  /// Serves until something can be read from `end`, or its other side is closed.
  void run_until_readable(int end);

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace assay::test

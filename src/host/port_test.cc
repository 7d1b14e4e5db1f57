#include "host/port.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace assay::host {
namespace {

TEST(Port, IsFreeOnLoopback) {
  const auto port = free_loopback_port();
  ASSERT_TRUE(port.has_value()) << port.error().to_string();
  ASSERT_NE(*port, 0);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(*port);
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ::close(socket);
}

}  // namespace
}  // namespace assay::host

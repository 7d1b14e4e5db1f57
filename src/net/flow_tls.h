// TLS as a filter between bytes on a socket and bytes of HTTP, so that reads keep the kernel's
// stamps. Internal to this room.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace assay::net {

/// One connection's client side. Certificate and host name are verified as HttpClient does.
class FlowTls {
 public:
  /// `context` outlives it.
  FlowTls(SSL_CTX* context, const std::string& host);

  enum class Step { Done, NeedMore, Ended, Failed };

  /// Bytes that came from the peer.
  void put_received(std::string_view bytes);

  Step shake_hands();

  /// Decrypts into `into`: `count` is how many bytes with Done.
  Step read(char* into, std::size_t count_max, std::size_t& count);

  /// Encrypts all of `bytes`, for which a handshake must be done.
  bool write(std::string_view bytes);

  /// What is to be sent to the peer; sent() takes it away from the front.
  std::string_view to_send() const;
  void sent(std::size_t bytes);

  /// Of the last Failed.
  std::string failure_message() const;

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Step step_of(int result);

  std::unique_ptr<SSL, Free> ssl_;
  BIO* received_ = nullptr;  ///< Both belong to ssl_.
  BIO* outgoing_ = nullptr;
  std::size_t outgoing_sent_ = 0;
  unsigned long error_ = 0;
};

}  // namespace assay::net

#include "net/flow_tls.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include "base/check.h"

namespace assay::net {
namespace {

/// Server Name Indication is for names only (RFC 6066, section 3); addresses are looked for in the
/// certificate as addresses.
void expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* verified = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(verified, host.c_str()) == 1) return;
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(verified, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(ssl, host.c_str());
  SSL_set_tlsext_host_name(ssl, host.c_str());
}

}  // namespace

FlowTls::FlowTls(SSL_CTX* context, const std::string& host)
    : ssl_(SSL_new(context)), received_(BIO_new(BIO_s_mem())), outgoing_(BIO_new(BIO_s_mem())) {
  ASSAY_CHECK(ssl_ && received_ != nullptr && outgoing_ != nullptr, "memory for a TLS connection");
  SSL_set_bio(ssl_.get(), received_, outgoing_);
  SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, nullptr);
  expect_host(ssl_.get(), host);
  SSL_set_connect_state(ssl_.get());
}

void FlowTls::put_received(std::string_view bytes) {
  BIO_write(received_, bytes.data(), static_cast<int>(bytes.size()));
}

FlowTls::Step FlowTls::step_of(int result) {
  if (result > 0) return Step::Done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Step::NeedMore;
    case SSL_ERROR_ZERO_RETURN:
      return Step::Ended;
    default:
      error_ = ERR_peek_last_error();
      return Step::Failed;
  }
}

FlowTls::Step FlowTls::shake_hands() {
  ERR_clear_error();
  return step_of(SSL_do_handshake(ssl_.get()));
}

FlowTls::Step FlowTls::read(char* into, std::size_t count_max, std::size_t& count) {
  ERR_clear_error();
  return step_of(SSL_read_ex(ssl_.get(), into, count_max, &count));
}

bool FlowTls::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1 &&
         written == bytes.size();
}

std::string_view FlowTls::to_send() const {
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(outgoing_, &data);
  return std::string_view(data, static_cast<std::size_t>(bytes)).substr(outgoing_sent_);
}

void FlowTls::sent(std::size_t bytes) {
  outgoing_sent_ += bytes;
  if (!to_send().empty()) return;
  [[maybe_unused]] const int ignored = BIO_reset(outgoing_);
  outgoing_sent_ = 0;
}

std::string FlowTls::failure_message() const {
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK) {
    return fmt::format("its certificate was refused: {}", X509_verify_cert_error_string(verified));
  }
  std::array<char, 256> words{};
  ERR_error_string_n(error_, words.data(), words.size());
  return error_ == 0 ? "the connection ended" : words.data();
}

}  // namespace assay::net

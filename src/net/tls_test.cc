// TLS end to end: the client against a server whose certificate is made here.
#include <gmock/gmock.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "net/flow_client.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "support/byte_server.h"
#include "support/temporary_folder.h"

namespace assay::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;

struct Identity {
  std::string key_pem;
  std::string certificate_pem;
};

std::string contents(const Memory& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A self-signed certificate for that name ("DNS:localhost").
Identity make_identity(const char* subject_alternative_name) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("assay test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, subject_alternative_name);
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  const Memory key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const Memory certificate_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  return {contents(key_pem), contents(certificate_pem)};
}

/// Serves one connection: answers "secure" to every request until the peer closes.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity)
      : context_(asio::ssl::context::tls_server),
        acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    context_.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
    context_.use_certificate(asio::buffer(identity.certificate_pem), asio::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  /// The client must have closed its connection, or have been refused one.
  ~TlsServer() { thread_.join(); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve() {
    boost::system::error_code error;
    asio::ssl::stream<tcp::socket> stream(acceptor_.accept(), context_);
    stream.handshake(asio::ssl::stream_base::server, error);
    std::string unread;
    while (!error) {
      const std::size_t head =
          asio::read_until(stream, asio::dynamic_buffer(unread), "\r\n\r\n", error);
      if (error) break;
      const std::size_t at = unread.find("Content-Length: ");
      const std::size_t body = at < head ? std::stoul(unread.substr(at + 16)) : 0;
      unread.erase(0, head);
      if (unread.size() < body) {
        asio::read(stream, asio::dynamic_buffer(unread),
                   asio::transfer_exactly(body - unread.size()), error);
      }
      unread.erase(0, body);
      const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure";
      asio::write(stream, asio::buffer(reply), error);
    }
  }

  asio::io_context io_;
  asio::ssl::context context_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

/// OpenSSL's own variable for the system's roots points at one certificate while this lives.
class TrustedRoot {
 public:
  explicit TrustedRoot(const std::string& certificate_pem) {
    const std::string path = folder_.path() / "root.pem";
    std::ofstream(path) << certificate_pem;
    ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  }
  ~TrustedRoot() { ::unsetenv("SSL_CERT_FILE"); }
  TrustedRoot(const TrustedRoot&) = delete;
  TrustedRoot& operator=(const TrustedRoot&) = delete;

 private:
  test::TemporaryFolder folder_;
};

HttpReply get(HttpClient& client, Runtime& runtime, const std::string& host, std::uint16_t port) {
  HttpLimits limits;
  limits.deadline = base::system_clock().now() + std::chrono::seconds(20);
  const Url url = parse_url("https://" + host + ":" + std::to_string(port) + "/").value();
  return runtime.run(client.send({"GET", url, {}, ""}, limits));
}

TEST(Tls, TalksToATrustedServerAndKeepsTheConnection) {
  const Identity identity = make_identity("DNS:localhost,IP:127.0.0.1");
  const TrustedRoot root(identity.certificate_pem);
  TlsServer server(identity);
  Runtime runtime;
  HttpClient client;
  for (const bool reused : {false, true, true}) {
    const HttpReply reply = get(client, runtime, "127.0.0.1", server.port());
    EXPECT_EQ(reply.failure, TransportFailure::None) << reply.failure_message;
    EXPECT_EQ(reply.body, "secure");
    EXPECT_EQ(reply.times.connection_reused, reused);
  }
}

/// What FlowClient says of one GET.
struct FlowResult final : FlowSink {
  bool on_body(FlowTag, int, std::string_view piece, const FlowStamp& stamp) override {
    body += piece;
    has_kernel_stamp = stamp.has_kernel();
    return true;
  }
  void on_end(FlowTag, const FlowEnd& ended) override {
    end = ended;
    message = ended.message;
    client->stop();
  }

  FlowClient* client = nullptr;
  FlowEnd end;
  std::string message;
  std::string body;
  bool has_kernel_stamp = false;
};

/// As many requests over one FlowClient as are asked for; the last one's result. After the first,
/// more until one has the kernel's stamp, which begins a little after somebody asks for it.
FlowResult flow_get(const std::string& host, std::uint16_t port, int requests = 1,
                    FlowLimits limits = {}) {
  const Url url = parse_url("https://" + host + ":" + std::to_string(port) + "/").value();
  const std::string request = to_wire({"POST", url, {}, std::string(100'000, 'x')});
  FlowResult result;
  const auto client = FlowClient::open(url, limits, result).value();
  result.client = client.get();
  const base::MonotonicTime deadline = base::system_clock().now() + std::chrono::seconds(20);
  const auto lacks_stamp = [&] {
    return requests > 1 && !result.has_kernel_stamp && base::system_clock().now() < deadline;
  };
  for (int i = 0; i < requests || lacks_stamp(); ++i) {
    result.body.clear();
    client->submit(request, deadline, 0);
    client->run_until(deadline);
  }
  return result;
}

TEST(Tls, FlowClientTalksToATrustedServerWithTheKernelsStamps) {
  const Identity identity = make_identity("DNS:localhost,IP:127.0.0.1");
  const TrustedRoot root(identity.certificate_pem);
  TlsServer server(identity);
  const FlowResult result = flow_get("127.0.0.1", server.port(), 3);
  EXPECT_EQ(result.end.failure, FlowFailure::None) << result.message;
  EXPECT_EQ(result.body, "secure");
  EXPECT_TRUE(result.end.connection_reused);
  EXPECT_TRUE(result.has_kernel_stamp);
}

TEST(Tls, FlowClientRefusesACertificateNobodyVouchesFor) {
  TlsServer server(make_identity("DNS:localhost,IP:127.0.0.1"));
  const FlowResult result = flow_get("127.0.0.1", server.port());
  EXPECT_EQ(result.end.failure, FlowFailure::Tls);
  EXPECT_THAT(result.message, testing::HasSubstr("self-signed certificate"));
}

TEST(Tls, FlowClientRefusesACertificateForAnotherHost) {
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const Identity identity = make_identity("DNS:elsewhere.example");
    const TrustedRoot root(identity.certificate_pem);
    TlsServer server(identity);
    const FlowResult result = flow_get(host, server.port());
    EXPECT_EQ(result.end.failure, FlowFailure::Tls) << result.body;
    EXPECT_THAT(result.message, testing::HasSubstr("mismatch"));
  }
}

TEST(Tls, RefusesACertificateNobodyVouchesFor) {
  TlsServer server(make_identity("DNS:localhost,IP:127.0.0.1"));
  Runtime runtime;
  HttpClient client;
  const HttpReply reply = get(client, runtime, "127.0.0.1", server.port());
  EXPECT_EQ(reply.failure, TransportFailure::Connect);
  EXPECT_THAT(reply.failure_message, testing::HasSubstr("self-signed certificate"));
}

TEST(Tls, RefusesACertificateForAnotherHost) {
  const Identity identity = make_identity("DNS:elsewhere.example");
  const TrustedRoot root(identity.certificate_pem);
  TlsServer server(identity);
  Runtime runtime;
  HttpClient client;
  const HttpReply reply = get(client, runtime, "127.0.0.1", server.port());
  EXPECT_EQ(reply.failure, TransportFailure::Connect) << reply.body;
}

TEST(Tls, FlowClientSaysThatAServerSpeaksNoTls) {
  test::ByteServer server({{test::send_reply("plain"), test::hold()}});
  const FlowResult result = flow_get("127.0.0.1", server.port());
  EXPECT_EQ(result.end.failure, FlowFailure::Tls);
  EXPECT_THAT(result.message, testing::HasSubstr("no TLS connection to 127.0.0.1"));
}

TEST(Tls, FlowClientSaysThatAServerClosesInsteadOfShakingHands) {
  test::ByteServer server({{test::close_now()}});
  const FlowResult result = flow_get("127.0.0.1", server.port());
  EXPECT_EQ(result.end.failure, FlowFailure::Tls);
}

/// The handshake counts as connecting.
TEST(Tls, FlowClientWaitsForAHandshakeNoLongerThanForAConnection) {
  test::ByteServer server({{test::hold()}});
  FlowLimits limits;
  limits.connect_timeout = std::chrono::milliseconds(30);
  const FlowResult result = flow_get("127.0.0.1", server.port(), 1, limits);
  EXPECT_EQ(result.end.failure, FlowFailure::Connect);
  EXPECT_THAT(result.message, testing::HasSubstr("within 30 ms"));
}

}  // namespace
}  // namespace assay::net

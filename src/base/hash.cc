#include "base/hash.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <vector>

#include "base/check.h"

namespace assay::base {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    ASSAY_CHECK(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
                "OpenSSL has SHA-256");
  }
  void add(const void* data, std::size_t size) {
    ASSAY_CHECK(EVP_DigestUpdate(context_.get(), data, size) == 1, "a digest accepts bytes");
  }
  std::array<unsigned char, 32> finish() {
    std::array<unsigned char, 32> digest{};
    ASSAY_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1,
                "a digest finishes once");
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string to_hex(const std::array<unsigned char, 32>& digest) {
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  return to_hex(hash.finish());
}

Result<std::string> sha256_hex_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error(errno, "read the file", path.string());
  Sha256 hash;
  std::vector<char> piece(1 << 20);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return system_error("cannot read the file to its end", "", path.string());
  return to_hex(hash.finish());
}

std::uint64_t sha256_seed(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes.data(), bytes.size());
  const auto digest = hash.finish();
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 8; ++i) seed = seed << 8U | digest[i];
  return seed;
}

}  // namespace assay::base

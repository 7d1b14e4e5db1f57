#include "load/column_block.h"

#include <fmt/core.h>
#include <zstd.h>

#include <bit>
#include <cstring>

#include "base/check.h"

namespace assay::load {
namespace {

using base::Done;
using base::Status;

constexpr int kLevel = 1;
/// Of a 64-bit value at seven bits a byte.
constexpr std::size_t kValueBytesMost = 10;
constexpr std::size_t kPlainBytesMost = kBlockRowsMost * kValueBytesMost;

std::uint64_t zigzag(std::uint64_t value) { return (value << 1U) ^ (0 - (value >> 63U)); }
std::uint64_t unzigzag(std::uint64_t value) { return (value >> 1U) ^ (0 - (value & 1U)); }

char* put_long(std::uint64_t value, char* to) {
  while (value >= 0x80U) {
    *to++ = static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  *to++ = static_cast<char>(value);
  return to;
}

/// Without a branch on the length of values below 2^56: lengths of neighbours differ at random, and
/// a wrong guess costs more than all the rest. Writes up to ten bytes, whatever the length.
char* put(std::uint64_t value, char* to) {
  if (value >= std::uint64_t{1} << 56U) return put_long(value, to);
  const auto length = (static_cast<unsigned>(std::bit_width(value | 1U)) + 6U) / 7U;
  value = (value & 0x000000000fffffffU) | ((value & 0x00fffffff0000000U) << 4U);
  value = (value & 0x00003fff00003fffU) | ((value & 0x0fffc0000fffc000U) << 2U);
  value = (value & 0x007f007f007f007fU) | ((value & 0x3f803f803f803f80U) << 1U);
  value |= 0x8080808080808080U & ((std::uint64_t{1} << (8U * (length - 1U))) - 1U);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  std::memcpy(to, &value, sizeof(value));
  return to + length;
}

base::Error damaged(std::string why) { return base::bad_input(std::move(why)); }

/// The value at `from`, which is moved behind it; false when there is no whole one.
bool take(const char*& from, const char* end, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; from != end && shift < 64; shift += 7U) {
    const auto byte = static_cast<unsigned char>(*from++);
    if (shift == 63 && byte > 1) return false;
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

std::string_view name_of(ColumnCoding coding) {
  return coding == ColumnCoding::Plain ? "plain" : "delta";
}

std::size_t frame_bytes_most() { return ZSTD_compressBound(kPlainBytesMost); }

struct BlockEncoder::Body {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string plain = std::string(kPlainBytesMost, '\0');
};

BlockEncoder::BlockEncoder() : body_(std::make_unique<Body>()) {
  ASSAY_CHECK(body_->context != nullptr, "no memory for a compressor");
  ZSTD_CCtx_setParameter(body_->context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(body_->context, ZSTD_c_checksumFlag, 1);
}

BlockEncoder::~BlockEncoder() { ZSTD_freeCCtx(body_->context); }

void BlockEncoder::encode(std::span<const std::int64_t> values, ColumnCoding coding,
                          std::string& bytes) {
  ASSAY_CHECK(!values.empty() && values.size() <= kBlockRowsMost, "a block of 1 to 65,536 rows");
  char* const begin = body_->plain.data();
  char* end = begin;
  const std::uint64_t keep = coding == ColumnCoding::Delta ? ~std::uint64_t{0} : 0;
  std::uint64_t before = 0;
  for (const std::int64_t signed_value : values) {
    const auto value = static_cast<std::uint64_t>(signed_value);
    end = put(zigzag(value - before), end);
    before = value & keep;
  }
  const auto plain_bytes = static_cast<std::size_t>(end - begin);
  const std::size_t at = bytes.size();
  bytes.resize(at + ZSTD_compressBound(plain_bytes));
  const std::size_t frame_bytes =
      ZSTD_compress2(body_->context, bytes.data() + at, bytes.size() - at, begin, plain_bytes);
  ASSAY_CHECK(ZSTD_isError(frame_bytes) == 0, "a frame that has room is always made");
  bytes.resize(at + frame_bytes);
}

struct BlockDecoder::Body {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::string plain;
};

BlockDecoder::BlockDecoder() : body_(std::make_unique<Body>()) {
  ASSAY_CHECK(body_->context != nullptr, "no memory for a decompressor");
}

BlockDecoder::~BlockDecoder() { ZSTD_freeDCtx(body_->context); }

Status BlockDecoder::decode(std::string_view frame, ColumnCoding coding,
                            std::span<std::int64_t> values) {
  ASSAY_CHECK(values.size() <= kBlockRowsMost, "a block of at most 65,536 rows");
  body_->plain.resize(values.size() * kValueBytesMost);
  const std::size_t plain_bytes = ZSTD_decompressDCtx(
      body_->context, body_->plain.data(), body_->plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(plain_bytes) != 0) {
    return damaged(fmt::format("expected a Zstandard frame: {}", ZSTD_getErrorName(plain_bytes)));
  }
  const char* from = body_->plain.data();
  const char* const end = from + plain_bytes;
  const std::uint64_t keep = coding == ColumnCoding::Delta ? ~std::uint64_t{0} : 0;
  std::uint64_t before = 0;
  std::size_t taken = 0;
  for (std::int64_t& value : values) {
    std::uint64_t coded = 0;
    if (!take(from, end, coded)) {
      return damaged(fmt::format("expected {} values, found {} and no whole one after them",
                                 values.size(), taken));
    }
    before = (before & keep) + unzigzag(coded);
    value = static_cast<std::int64_t>(before);
    ++taken;
  }
  if (from == end) return Done{};
  return damaged(fmt::format("expected {} values, found {} bytes after them", values.size(),
                             static_cast<std::size_t>(end - from)));
}

}  // namespace assay::load

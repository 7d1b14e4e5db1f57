#include "gguf/hollow_values.h"

#include <array>
#include <cstring>

#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

/// A 16-bit float at a place in the block.
struct Half {
  std::uint64_t offset = 0;
  std::uint16_t bits = 0;
};

/// `count` equal bytes at a place in the block.
struct Run {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  char byte = 0;
};

constexpr std::uint16_t kTenThousandth = 0x068E;
constexpr std::uint16_t kThousandth = 0x1419;
constexpr std::uint16_t kHundredth = 0x211F;

/// How a block of random bytes becomes one of small values: its scale is set, and its minimum to
/// the mean of what the quants make, so that values average zero. A run of 0 bytes is none.
struct Pattern {
  std::string_view type;
  Half scale;
  Half minimum;                       ///< At the scale's place: there is none.
  std::array<Run, 2> block_scales{};  ///< Of a block's parts, which share the scale.
};

constexpr std::array kPatterns{
    Pattern{"Q4_0", {0, kHundredth}, {0, kHundredth}},
    Pattern{"Q4_1", {0, kHundredth}, {2, 0xACCD}},  // −7.5 hundredths
    Pattern{"Q5_0", {0, kHundredth}, {0, kHundredth}},
    Pattern{"Q5_1", {0, kHundredth}, {2, 0xB0F6}},  // −15.5 hundredths
    Pattern{"Q8_0", {0, kThousandth}, {0, kThousandth}},
    Pattern{"Q2_K", {80, kHundredth}, {82, 0x23AE}, {Run{0, 16, 0x11}}},  // 1.5 hundredths
    Pattern{"Q3_K", {108, kThousandth}, {108, kThousandth}},
    Pattern{"Q4_K", {0, kHundredth}, {2, 0x2CCD}, {Run{4, 8, 0x01}, Run{12, 4, 0x11}}},
    Pattern{"Q5_K", {0, kHundredth}, {2, 0x30F6}, {Run{4, 8, 0x01}, Run{12, 4, 0x11}}},
    Pattern{"Q6_K", {208, kHundredth}, {208, kHundredth}, {Run{192, 16, 0x01}}},
    Pattern{"IQ4_NL", {0, kThousandth}, {0, kThousandth}},
    Pattern{"IQ4_XS", {0, kTenThousandth}, {0, kTenThousandth}},
};

const Pattern* find_pattern(std::string_view type) {
  for (const Pattern& pattern : kPatterns) {
    if (pattern.type == type) return &pattern;
  }
  return nullptr;
}

std::string random_bytes(std::uint64_t count, base::Random& random) {
  std::string bytes((count + 7) / 8 * 8, '\0');
  for (std::uint64_t offset = 0; offset < bytes.size(); offset += 8) {
    const std::uint64_t word = random.next();
    std::memcpy(bytes.data() + offset, &word, sizeof(word));
  }
  bytes.resize(count);
  return bytes;
}

template <typename T>
std::string random_words(std::uint64_t count, T kept, T set, base::Random& random) {
  std::string bytes = random_bytes(count * sizeof(T), random);
  for (std::uint64_t offset = 0; offset < bytes.size(); offset += sizeof(T)) {
    T word = 0;
    std::memcpy(&word, bytes.data() + offset, sizeof(T));
    word = static_cast<T>((word & kept) | set);
    std::memcpy(bytes.data() + offset, &word, sizeof(T));
  }
  return bytes;
}

void put(char* block, const Half& half) { std::memcpy(block + half.offset, &half.bits, 2); }

}  // namespace

std::string random_blocks(std::uint32_t type, std::uint64_t blocks, base::Random& random) {
  const TensorType* row = find_tensor_type(type);
  if (row == nullptr) return {};
  // Sign and fraction by chance, the exponent of a hundred-and-twenty-eighth: ±1/128 to ±1/64.
  if (row->name == "F32")
    return random_words<std::uint32_t>(blocks, 0x807FFFFF, 0x3C000000, random);
  if (row->name == "F16") return random_words<std::uint16_t>(blocks, 0x83FF, 0x2000, random);
  if (row->name == "BF16") return random_words<std::uint16_t>(blocks, 0x807F, 0x3C00, random);
  const Pattern* pattern = find_pattern(row->name);
  if (pattern == nullptr) return {};
  std::string bytes = random_bytes(blocks * row->block_bytes, random);
  for (std::uint64_t index = 0; index < blocks; ++index) {
    char* block = bytes.data() + index * row->block_bytes;
    put(block, pattern->minimum);
    put(block, pattern->scale);
    for (const Run& run : pattern->block_scales) {
      std::memset(block + run.offset, run.byte, run.count);
    }
  }
  return bytes;
}

}  // namespace assay::gguf

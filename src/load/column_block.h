// One block of a column file (column_file.h) as bytes: integers in, a compressed frame for each
// column out, and back. Not thread-safe: both sides keep their buffers from block to block.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace assay::load {

enum class ColumnCoding : std::uint8_t {
  Plain,  ///< Each value by itself: small numbers without a trend.
  Delta,  ///< Difference to the row before, 0 being before the first one: times, counters.
};
/// "plain", "delta".
std::string_view name_of(ColumnCoding coding);

struct Column {
  std::string name;  ///< Of a–z, 0–9 and _; unique in its file.
  ColumnCoding coding = ColumnCoding::Plain;
};

/// Rows of one block at most: what a reader must have memory for.
inline constexpr std::size_t kBlockRowsMost = 65'536;

/// The most bytes that a column's frame of a block may have; more is a damaged file.
std::size_t frame_bytes_most();

class BlockEncoder {
 public:
  BlockEncoder();
  ~BlockEncoder();
  BlockEncoder(const BlockEncoder&) = delete;
  BlockEncoder& operator=(const BlockEncoder&) = delete;

  /// Appends one Zstandard frame, with its checksum, to `bytes`: of all values, coded, zigzag
  /// (0, −1, 1, −2 … become 0, 1, 2, 3 …), then seven bits a byte from the lowest on, the top bit
  /// set on all but a value's last. Requires 1 to kBlockRowsMost values.
  void encode(std::span<const std::int64_t> values, ColumnCoding coding, std::string& bytes);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

class BlockDecoder {
 public:
  BlockDecoder();
  ~BlockDecoder();
  BlockDecoder(const BlockDecoder&) = delete;
  BlockDecoder& operator=(const BlockDecoder&) = delete;

  /// Fills `values`, all of which must be in the frame and nothing else. The frame is not trusted;
  /// BadInput says what is wrong with it. Requires at most kBlockRowsMost values.
  base::Status decode(std::string_view frame, ColumnCoding coding, std::span<std::int64_t> values);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace assay::load

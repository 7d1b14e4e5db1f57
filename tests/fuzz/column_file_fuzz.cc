// Throws arbitrary bytes at the reader of column files, and checks that what it accepts keeps its
// promises: bounded blocks, columns of one length, the same values whichever columns are asked for,
// fewer rows but no others when the file is cut. The bytes taken as numbers must come back from a
// block, in either coding.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "load/column_file.h"

namespace {

using namespace assay;

/// Aborts, which the fuzzer reports with the input that led here.
void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// Blocks beyond these add time, no paths.
constexpr int kBlocksMost = 4;

struct Rows {
  bool is_open = false;
  bool is_damaged = false;
  bool is_cut = false;
  std::vector<std::vector<std::int64_t>> columns;
};

Rows read(std::string_view bytes, const std::vector<std::string_view>& wanted) {
  Rows rows;
  rows.columns.resize(wanted.size());
  auto reader = load::ColumnReader::open(std::make_unique<std::istringstream>(std::string(bytes)),
                                         "input", wanted);
  if (!reader.has_value()) return rows;
  rows.is_open = true;
  for (int block = 0; block < kBlocksMost; ++block) {
    const auto has_block = reader->next();
    if (!has_block.has_value()) {
      require(has_block.error().kind == base::ErrorKind::BadInput);
      rows.is_damaged = true;
      require(!reader->next().value());
    }
    if (!has_block.has_value() || !*has_block) break;
    require(reader->rows() >= 1 && reader->rows() <= load::kBlockRowsMost);
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      const auto values = reader->values(c);
      require(values.size() == reader->rows());
      rows.columns[c].insert(rows.columns[c].end(), values.begin(), values.end());
    }
  }
  rows.is_cut = !reader->cut().empty();
  return rows;
}

void read_in_all_ways(std::string_view bytes) {
  const Rows both = read(bytes, {"a", "b"});
  if (!both.is_open) return;
  const Rows turned = read(bytes, {"b", "a"});
  require(turned.columns[0] == both.columns[1] && turned.columns[1] == both.columns[0]);
  // A column that nobody wants is not looked at, so that its damage is not seen.
  const Rows first = read(bytes, {"a"});
  require(first.columns[0].size() >= both.columns[0].size());
  const Rows half = read(bytes.substr(0, bytes.size() - bytes.size() / 3), {"a", "b"});
  if (!half.is_open) return;
  require(half.columns[0].size() <= both.columns[0].size());
  require(std::equal(half.columns[0].begin(), half.columns[0].end(), both.columns[0].begin()));
}

void encode_and_decode(std::string_view bytes) {
  std::vector<std::int64_t> values(std::min(bytes.size() / 8, load::kBlockRowsMost));
  if (values.empty()) return;
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(std::int64_t));
  for (const auto coding : {load::ColumnCoding::Plain, load::ColumnCoding::Delta}) {
    static load::BlockEncoder encoder;
    static load::BlockDecoder decoder;
    std::string frame;
    encoder.encode(values, coding, frame);
    require(frame.size() <= load::frame_bytes_most());
    std::vector<std::int64_t> decoded(values.size());
    require(decoder.decode(frame, coding, decoded).has_value());
    require(decoded == values);
    std::vector<std::int64_t> short_by_one(values.size() - 1);
    require(!decoder.decode(frame, coding, short_by_one).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_in_all_ways(bytes);
  encode_and_decode(bytes);
  return 0;
}

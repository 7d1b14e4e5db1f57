// A file of named columns of 64-bit integers, for raw records: small, written in one pass, readable
// up to where it was cut off, and described well enough in itself to be read without this program
// (docs/reference/load-records.md has every byte). Called by record_file. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "load/column_block.h"

namespace assay::load {

class ColumnWriter {
 public:
  /// Creates the file, or empties it, and writes the line that names its columns: 1 to
  /// 64. A System error when the file cannot be written.
  static base::Result<std::unique_ptr<ColumnWriter>> create(const std::filesystem::path& path,
                                                            std::vector<Column> columns);
  ~ColumnWriter();  ///< Leaves a file that counts as cut unless finish() was called.
  ColumnWriter(const ColumnWriter&) = delete;
  ColumnWriter& operator=(const ColumnWriter&) = delete;

  /// One span for each column, all of the same length of 1 to kBlockRowsMost. After an error
  /// nothing more can be written; what of the block came to the disk is taken away again.
  base::Status write_block(std::span<const std::span<const std::int64_t>> columns);

  /// Says in the file that it ends here, and syncs it to the disk. Once, as the last call.
  base::Status finish();

 private:
  struct Body;
  explicit ColumnWriter(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

/// Reads block by block. The file is not trusted: at most one block is in memory, and errors name
/// the file and the byte at which what they complain of begins.
class ColumnReader {
 public:
  /// `wanted` are the columns to read, in that order; others are passed over. BadInput when one is
  /// missing or the file is none of this kind.
  static base::Result<ColumnReader> open(const std::filesystem::path& path,
                                         std::span<const std::string_view> wanted);
  /// The same of a stream; `name` stands for the file in errors.
  static base::Result<ColumnReader> open(std::unique_ptr<std::istream> stream, std::string name,
                                         std::span<const std::string_view> wanted);
  ~ColumnReader();
  ColumnReader(ColumnReader&&) noexcept;
  ColumnReader& operator=(ColumnReader&&) noexcept;

  /// Goes to the next block; false at the end, whether it is a proper one or the file is cut off.
  /// BadInput when the block is damaged: the blocks before it were good.
  base::Result<bool> next();

  /// Of the present block: its rows, and the values of the wanted column number `wanted`.
  std::size_t rows() const;
  std::span<const std::int64_t> values(std::size_t wanted) const;

  /// Once next() was false: empty when the file was finished, else a sentence with the rows that
  /// are there and the byte behind the last whole block.
  const std::string& cut() const;

 private:
  struct Body;
  explicit ColumnReader(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace assay::load

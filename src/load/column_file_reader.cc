#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <utility>

#include "load/column_file.h"
#include "load/column_head.h"

namespace assay::load {

using base::Result;
using base::Status;

struct ColumnReader::Body {
  std::unique_ptr<std::istream> stream;
  std::string name;
  std::vector<Column> columns;
  /// Of each column of the file, its place among the wanted ones.
  std::vector<std::optional<std::size_t>> places;
  std::vector<std::vector<std::int64_t>> values;
  std::size_t rows = 0;
  std::uint64_t rows_before = 0;  ///< Of all blocks before the present one.
  std::uint64_t offset = 0;       ///< Behind the last whole block.
  bool is_at_end = false;         ///< Or at an error, behind which nothing can be read.
  std::string cut;
  std::string frame;
  BlockDecoder decoder;

  base::Error damaged(std::uint64_t at, std::string what) const {
    return base::bad_input(
        fmt::format("the block at byte {} is damaged: {}", at, what),
        fmt::format("the {} rows before it are whole; copy the file anew, or run the test again",
                    rows_before),
        name);
  }

  /// False when the file ends before that many bytes.
  Result<bool> read(std::string& bytes, std::size_t size) const {
    bytes.resize(size);
    stream->read(bytes.data(), static_cast<std::streamsize>(size));
    if (stream->bad()) return base::system_error("cannot read the file to its end", "", name);
    return stream->gcount() == static_cast<std::streamsize>(size);
  }

  bool end_cut() {
    cut = fmt::format(
        "{} was cut off: it has {} whole rows, up to byte {}, and should go on behind them", name,
        rows_before, offset);
    return false;
  }

  Result<bool> end_finished() {
    std::string bytes;
    ASSAY_TRY(const bool is_whole, read(bytes, 8));
    if (!is_whole) return end_cut();
    const std::uint64_t rows_said = number_at(bytes, 0, 8);
    if (rows_said != rows_before || stream->peek() != std::istream::traits_type::eof()) {
      return damaged(
          offset, fmt::format("expected the file to end here after {} rows, found {}{}",
                              rows_before, rows_said, stream->eof() ? "" : " and further bytes"));
    }
    return false;
  }

  /// Reads the frames and decodes those wanted; false when the file ends among them.
  Result<bool> read_frames(std::string_view head, std::size_t block_rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::uint64_t frame_bytes = number_at(head, 4 + 4 * i, 4);
      if (frame_bytes > frame_bytes_most()) {
        return damaged(offset, fmt::format("expected at most {} bytes of column `{}`, found {}",
                                           frame_bytes_most(), columns[i].name, frame_bytes));
      }
      ASSAY_TRY(const bool is_whole, read(frame, static_cast<std::size_t>(frame_bytes)));
      if (!is_whole) return false;
      if (!places[i]) continue;
      auto& target = values[*places[i]];
      target.resize(block_rows);
      const Status decoded = decoder.decode(frame, columns[i].coding, target);
      if (decoded.has_value()) continue;
      return damaged(offset,
                     fmt::format("column `{}`: {}", columns[i].name, decoded.error().message));
    }
    return true;
  }
};

ColumnReader::ColumnReader(std::unique_ptr<Body> body) : body_(std::move(body)) {}
ColumnReader::~ColumnReader() = default;
ColumnReader::ColumnReader(ColumnReader&&) noexcept = default;
ColumnReader& ColumnReader::operator=(ColumnReader&&) noexcept = default;

Result<ColumnReader> ColumnReader::open(const std::filesystem::path& path,
                                        std::span<const std::string_view> wanted) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return base::bad_input("expected a file of raw records, found none",
                           "check the path; a run that kept nothing has no records", path.string());
  }
  auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*stream) return base::errno_error(errno, "read raw records", path.string());
  return open(std::move(stream), path.string(), wanted);
}

Result<ColumnReader> ColumnReader::open(std::unique_ptr<std::istream> stream, std::string name,
                                        std::span<const std::string_view> wanted) {
  auto body = std::make_unique<Body>();
  body->stream = std::move(stream);
  body->name = std::move(name);
  std::string line;
  for (char letter = 0; line.size() < kFirstLineBytesMost && body->stream->get(letter);) {
    if (letter == '\n') break;
    line += letter;
  }
  if (body->stream->eof() &&
      kColumnsFirstWords.starts_with(line.substr(0, kColumnsFirstWords.size()))) {
    return base::bad_input(
        fmt::format("the file was cut off in its first line, at byte {}", line.size()),
        "nothing was recorded; run the test again", body->name);
  }
  auto columns = parse_first_line(line);
  if (!columns.has_value()) return std::move(columns).error().in(body->name);
  body->columns = std::move(*columns);
  body->offset = line.size() + 1;
  body->places.resize(body->columns.size());
  body->values.resize(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found = std::find_if(body->columns.begin(), body->columns.end(),
                                    [&](const Column& column) { return column.name == wanted[i]; });
    if (found == body->columns.end()) {
      std::vector<std::string_view> names;
      for (const Column& column : body->columns) names.push_back(column.name);
      return base::bad_input(
          fmt::format("expected a column `{}`, found {}", wanted[i], fmt::join(names, ", ")),
          "this is another kind of records, or of another version of assay", body->name);
    }
    body->places[static_cast<std::size_t>(found - body->columns.begin())] = i;
  }
  return ColumnReader(std::move(body));
}

Result<bool> ColumnReader::next() {
  Body& body = *body_;
  body.rows_before += std::exchange(body.rows, 0);
  if (std::exchange(body.is_at_end, true)) return false;
  std::string mark;
  ASSAY_TRY(const bool has_mark, body.read(mark, kMarkBytes));
  // What a file system has promised and not written before a power cut reads as zeros.
  if (!has_mark || mark == std::string_view("\0\0\0\0", kMarkBytes)) return body.end_cut();
  if (mark == kEndMark) return body.end_finished();
  if (mark != kBlockMark) return body.damaged(body.offset, "expected the letters BLCK or END.");
  std::string head;
  const std::size_t head_bytes = 4 + 4 * body.columns.size();
  ASSAY_TRY(const bool has_head, body.read(head, head_bytes));
  if (!has_head) return body.end_cut();
  const std::uint64_t rows = number_at(head, 0, 4);
  if (rows == 0 || rows > kBlockRowsMost) {
    return body.damaged(body.offset,
                        fmt::format("expected 1 to {} rows, found {}", kBlockRowsMost, rows));
  }
  ASSAY_TRY(const bool is_whole, body.read_frames(head, static_cast<std::size_t>(rows)));
  if (!is_whole) return body.end_cut();
  body.is_at_end = false;
  body.rows = static_cast<std::size_t>(rows);
  body.offset += kMarkBytes + head_bytes;
  for (std::size_t i = 0; i < body.columns.size(); ++i) {
    body.offset += number_at(head, 4 + 4 * i, 4);
  }
  return true;
}

std::size_t ColumnReader::rows() const { return body_->rows; }

std::span<const std::int64_t> ColumnReader::values(std::size_t wanted) const {
  return std::span(body_->values[wanted]).first(body_->rows);
}

const std::string& ColumnReader::cut() const { return body_->cut; }

}  // namespace assay::load

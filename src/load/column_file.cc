#include "load/column_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "load/column_head.h"

namespace assay::load {

using base::Done;
using base::Result;
using base::Status;

struct ColumnWriter::Body {
  std::filesystem::path path;
  std::vector<ColumnCoding> codings;
  int file = -1;
  std::uint64_t file_bytes = 0;
  std::uint64_t rows = 0;
  bool is_broken = false;
  BlockEncoder encoder;
  std::string head;
  std::string frames;

  ~Body() {
    if (file >= 0) ::close(file);
  }

  /// A part of a block would hide a later one, so that the file is put back to what it was.
  Status write(std::string_view bytes) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const ssize_t written = ::write(file, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int failure = errno;
        is_broken = true;
        // Should this fail too, the file ends inside the block, which readers can tell.
        [[maybe_unused]] const int truncated = ::ftruncate(file, static_cast<off_t>(file_bytes));
        return base::errno_error(failure, "write raw records", path.string());
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    file_bytes += bytes.size();
    return Done{};
  }
};

ColumnWriter::ColumnWriter(std::unique_ptr<Body> body) : body_(std::move(body)) {}
ColumnWriter::~ColumnWriter() = default;

Result<std::unique_ptr<ColumnWriter>> ColumnWriter::create(const std::filesystem::path& path,
                                                           std::vector<Column> columns) {
  ASSAY_CHECK(!columns.empty() && columns.size() <= kColumnsMost, "1 to 64 columns");
  auto body = std::make_unique<Body>();
  body->path = path;
  for (const Column& column : columns) {
    ASSAY_CHECK(is_column_name(column.name), "names of columns are of a-z, 0-9 and _");
    body->codings.push_back(column.coding);
  }
  body->file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (body->file < 0) return base::errno_error(errno, "create the file", path.string());
  ASSAY_TRY_DONE(body->write(first_line(columns)));
  return std::unique_ptr<ColumnWriter>(new ColumnWriter(std::move(body)));
}

Status ColumnWriter::write_block(std::span<const std::span<const std::int64_t>> columns) {
  ASSAY_CHECK(columns.size() == body_->codings.size(), "values for every column");
  ASSAY_CHECK(!body_->is_broken, "nothing is written after an error");
  const std::size_t rows = columns.front().size();
  std::string& head = body_->head;
  head.assign(kBlockMark);
  put_number(head, rows, 4);
  body_->frames.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ASSAY_CHECK(columns[i].size() == rows, "as many rows in every column");
    const std::size_t before = body_->frames.size();
    body_->encoder.encode(columns[i], body_->codings[i], body_->frames);
    put_number(head, body_->frames.size() - before, 4);
  }
  head += body_->frames;
  ASSAY_TRY_DONE(body_->write(head));
  body_->rows += rows;
  return Done{};
}

Status ColumnWriter::finish() {
  ASSAY_CHECK(!body_->is_broken, "nothing is written after an error");
  std::string end(kEndMark);
  put_number(end, body_->rows, 8);
  ASSAY_TRY_DONE(body_->write(end));
  if (::fsync(body_->file) != 0) {
    return base::errno_error(errno, "write raw records to the disk", body_->path.string());
  }
  const int closed = ::close(std::exchange(body_->file, -1));
  if (closed == 0) return Done{};
  return base::errno_error(errno, "write raw records to the disk", body_->path.string());
}

}  // namespace assay::load

#include "gguf/cursor.h"

#include <algorithm>
#include <utility>

namespace assay::gguf {
namespace {

constexpr std::uint64_t kPieceBytes = std::uint64_t{256} << 10U;
/// Vocabularies of 250,000 tokens take about 10 MiB; a header of this size is not one.
constexpr std::uint64_t kHeaderBytesMax = std::uint64_t{256} << 20U;

}  // namespace

Cursor::Cursor(const ByteSource& source)
    : source_(&source), end_(std::min(source.bytes, kHeaderBytesMax)) {}

std::string_view Cursor::peek(std::uint64_t count) {
  const std::uint64_t there = std::min(count, end_ - position_);
  if (!have(there)) return {};
  return window_.substr(position_ - window_start_, there);
}

bool Cursor::read_on(std::uint64_t count) {
  const std::uint64_t window_end = window_start_ + window_.size();
  const std::uint64_t kept = position_ < window_end ? window_end - position_ : 0;
  const std::uint64_t from = position_ + kept;
  const std::uint64_t wanted = std::min(std::max(count - kept, kPieceBytes), end_ - from);
  auto piece = source_->read(from, wanted);
  if (!piece.has_value()) {
    error_ = std::move(piece.error());
    failed_ = true;
    return false;
  }
  if (kept == 0) {
    buffer_ = std::move(*piece);
  } else {
    buffer_ = std::string(window_.substr(window_.size() - kept)) + *piece;
  }
  window_ = buffer_;
  window_start_ = position_;
  failed_ = window_.size() < count;
  return !failed_;
}

}  // namespace assay::gguf

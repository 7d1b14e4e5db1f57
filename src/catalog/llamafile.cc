#include "catalog/llamafile.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "gguf/byte_source.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

/// The end record may be followed by a comment of up to 64 KiB.
constexpr std::uint64_t kTailBytes = (std::uint64_t{64} << 10U) + 22;
constexpr std::uint64_t kDirectoryBytesMax = std::uint64_t{16} << 20U;
constexpr std::uint32_t kAllOnes32 = 0xFFFF'FFFF;

constexpr std::string_view kEndSign{"PK\x05\x06", 4};
constexpr std::string_view kEnd64LocatorSign{"PK\x06\x07", 4};
constexpr std::string_view kEnd64Sign{"PK\x06\x06", 4};
constexpr std::string_view kMemberSign{"PK\x01\x02", 4};
constexpr std::string_view kLocalSign{"PK\x03\x04", 4};
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64LocatorBytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kMemberBytes = 46;
constexpr std::size_t kLocalBytes = 30;

/// The little-endian number at `at`; 0 beyond the end.
template <typename T>
T number_at(std::string_view bytes, std::size_t at) {
  T value{};
  if (at <= bytes.size() && sizeof(T) <= bytes.size() - at) {
    std::memcpy(&value, bytes.data() + at, sizeof(T));
  }
  return value;
}

/// Reads what is there and no more.
class ArchiveFile {
 public:
  explicit ArchiveFile(gguf::ByteSource source) : source_(std::move(source)) {}

  std::uint64_t bytes() const { return source_.bytes; }

  /// Fewer, or none, where the file has no more or cannot be read.
  std::string read(std::uint64_t offset, std::uint64_t count) const {
    if (offset >= source_.bytes) return {};
    return source_.read(offset, std::min(count, source_.bytes - offset)).value_or(std::string());
  }

 private:
  gguf::ByteSource source_;
};

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// Where the list of members is; archives over 4 GiB say so in a second record.
std::optional<Directory> find_directory(const ArchiveFile& file) {
  const std::uint64_t tail_start = file.bytes() - std::min(file.bytes(), kTailBytes);
  const std::string tail = file.read(tail_start, kTailBytes);
  const std::size_t end = tail.rfind(kEndSign);
  if (end == std::string::npos || tail.size() - end < kEndBytes) return std::nullopt;
  Directory directory;
  directory.bytes = number_at<std::uint32_t>(tail, end + 12);
  directory.offset = number_at<std::uint32_t>(tail, end + 16);
  if (directory.offset != kAllOnes32 && directory.bytes != kAllOnes32) return directory;
  if (end < kEnd64LocatorBytes) return std::nullopt;
  const std::string_view locator = std::string_view(tail).substr(end - kEnd64LocatorBytes);
  if (!locator.starts_with(kEnd64LocatorSign)) return std::nullopt;
  const std::string record = file.read(number_at<std::uint64_t>(locator, 8), kEnd64Bytes);
  if (!record.starts_with(kEnd64Sign) || record.size() < kEnd64Bytes) return std::nullopt;
  directory.bytes = number_at<std::uint64_t>(record, 40);
  directory.offset = number_at<std::uint64_t>(record, 48);
  return directory;
}

struct Member {
  std::string name;
  std::uint16_t method = 0;  ///< 0: stored.
  std::uint64_t bytes = 0;   ///< Uncompressed.
  std::uint64_t stored_bytes = 0;
  std::uint64_t local_offset = 0;
};

/// Sizes and offsets of 32 ones stand in the extra field, in this order, each only if needed.
void take_large_numbers(std::string_view extra, Member& member) {
  while (extra.size() >= 4) {
    const auto id = number_at<std::uint16_t>(extra, 0);
    const std::size_t size =
        std::min<std::size_t>(number_at<std::uint16_t>(extra, 2), extra.size() - 4);
    std::string_view field = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (id != 1) continue;
    for (std::uint64_t* number : {&member.bytes, &member.stored_bytes, &member.local_offset}) {
      if (*number != kAllOnes32 || field.size() < 8) continue;
      *number = number_at<std::uint64_t>(field, 0);
      field.remove_prefix(8);
    }
  }
}

/// The next member of the list, which is shortened by it; none at its end or where it is damaged.
std::optional<Member> next_member(std::string_view& list) {
  if (!list.starts_with(kMemberSign) || list.size() < kMemberBytes) return std::nullopt;
  const std::size_t name = number_at<std::uint16_t>(list, 28);
  const std::size_t extra = number_at<std::uint16_t>(list, 30);
  const std::size_t comment = number_at<std::uint16_t>(list, 32);
  if (list.size() - kMemberBytes < name + extra + comment) return std::nullopt;
  Member member;
  member.method = number_at<std::uint16_t>(list, 10);
  member.stored_bytes = number_at<std::uint32_t>(list, 20);
  member.bytes = number_at<std::uint32_t>(list, 24);
  member.local_offset = number_at<std::uint32_t>(list, 42);
  member.name = std::string(list.substr(kMemberBytes, name));
  take_large_numbers(list.substr(kMemberBytes + name, extra), member);
  list.remove_prefix(kMemberBytes + name + extra + comment);
  return member;
}

base::Error no_model(const std::string& found, const fs::path& file) {
  return base::bad_input("expected a model in the archive at the file's end, found " + found,
                         "is it a llamafile that brings its model along?", file.string());
}

}  // namespace

base::Result<ArchivedModel> find_archived_model(const fs::path& path) {
  ASSAY_TRY(gguf::ByteSource source, gguf::open_file(path));
  const ArchiveFile file(std::move(source));
  const auto directory = find_directory(file);
  if (!directory) return no_model("no archive", path);
  const std::string list =
      file.read(directory->offset, std::min(directory->bytes, kDirectoryBytesMax));
  std::optional<Member> largest;
  for (std::string_view rest = list;;) {
    auto member = next_member(rest);
    if (!member) break;
    if (!member->name.ends_with(".gguf")) continue;
    if (!largest || member->bytes > largest->bytes) largest = std::move(member);
  }
  if (!largest) return no_model("none", path);
  if (largest->method != 0) return no_model("one that is compressed", path);
  const std::string local = file.read(largest->local_offset, kLocalBytes);
  if (!local.starts_with(kLocalSign) || local.size() < kLocalBytes) {
    return no_model("a damaged one", path);
  }
  ArchivedModel model;
  model.name = largest->name;
  model.bytes = largest->bytes;
  model.offset = largest->local_offset + kLocalBytes + number_at<std::uint16_t>(local, 26) +
                 number_at<std::uint16_t>(local, 28);
  if (model.offset > file.bytes() || model.bytes > file.bytes() - model.offset) {
    return no_model("one that goes on beyond the file's end", path);
  }
  return model;
}

base::Result<gguf::Header> read_archived_header(const fs::path& path, const ArchivedModel& model) {
  ASSAY_TRY(gguf::ByteSource source, gguf::open_file(path));
  source.bytes = model.bytes;
  source.read = [whole = std::move(source.read), start = model.offset](std::uint64_t offset,
                                                                       std::uint64_t count) {
    return whole(start + offset, count);
  };
  return gguf::read_one_header(source);
}

}  // namespace assay::catalog

#include "host/disk_speed.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "base/random.h"

namespace assay::host {
namespace {

namespace fs = std::filesystem;
using base::Result;

constexpr std::size_t kPieceBytes = std::size_t{8} << 20U;
constexpr std::size_t kAlignment = 4096;
constexpr std::uint64_t kFileBytesMin = std::uint64_t{1} << 20U;
constexpr std::uint64_t kStatBlockBytes = 512;

class OpenFile {
 public:
  explicit OpenFile(int number) : number_(number) {}
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
/// One piece, aligned as reading past the cache wants it.
using Piece = std::unique_ptr<char, Free>;

Piece make_piece() {
  return Piece(static_cast<char*>(std::aligned_alloc(kAlignment, kPieceBytes)));
}

base::Error interrupted() {
  return {base::ErrorKind::Interrupted, "the measurement was interrupted",
          "nothing was kept; run it again", ""};
}

DiskReading keep_cache_out(int file) {
  struct statfs system {};
  if (::fstatfs(file, &system) == 0 &&
      (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC)) {
    return DiskReading::Memory;
  }
  const int flags = ::fcntl(file, F_GETFL);
  if (flags >= 0 && ::fcntl(file, F_SETFL, flags | O_DIRECT) == 0) return DiskReading::Direct;
  ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  return DiskReading::Dropped;
}

Result<DiskSpeed> time_reading(int file, const std::string& name, const DiskLimits& limits,
                               const base::Clock& clock, const base::Interrupt& interrupt) {
  const Piece piece = make_piece();
  DiskSpeed speed;
  speed.reading = keep_cache_out(file);
  const base::MonotonicTime start = clock.now();
  base::Nanoseconds spent{0};
  while (speed.bytes_read < limits.bytes_max && spent < limits.duration_max) {
    if (interrupt.requested()) return interrupted();
    const ssize_t count =
        ::pread(file, piece.get(), kPieceBytes, static_cast<off_t>(speed.bytes_read));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::errno_error(errno, "read the file", name);
    speed.bytes_read += static_cast<std::uint64_t>(count);
    spent = clock.now() - start;
    // The end; reading past the cache again from an odd place would be refused.
    if (static_cast<std::size_t>(count) < kPieceBytes) break;
  }
  const double seconds = base::to_seconds(spent);
  if (seconds > 0) speed.bytes_per_s = static_cast<double>(speed.bytes_read) / seconds;
  return speed;
}

/// A file without a name, so that it is gone with its last descriptor.
Result<OpenFile> open_unnamed(const fs::path& folder) {
  OpenFile unnamed(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (unnamed.number() >= 0) return unnamed;
  std::string name = (folder / "assay-disk-XXXXXX").string();
  OpenFile named(::mkostemp(name.data(), O_CLOEXEC));
  if (named.number() < 0) return base::errno_error(errno, "write a file to read", folder.string());
  ::unlink(name.c_str());
  return named;
}

/// Content that no file system can make shorter.
Piece make_noise() {
  Piece piece = make_piece();
  base::Random random(1);
  auto* words = reinterpret_cast<std::uint64_t*>(piece.get());
  std::generate_n(words, kPieceBytes / sizeof(std::uint64_t), [&] { return random.next(); });
  return piece;
}

base::Status write_noise(int file, const std::string& name, std::uint64_t bytes,
                         const base::Interrupt& interrupt) {
  const Piece noise = make_noise();
  for (std::uint64_t at = 0; at < bytes;) {
    if (interrupt.requested()) return interrupted();
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, bytes - at));
    const ssize_t written = ::pwrite(file, noise.get(), count, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return base::errno_error(errno, "write a file to read", name);
    at += static_cast<std::uint64_t>(written);
  }
  if (::fsync(file) != 0) return base::errno_error(errno, "write a file to read", name);
  return base::Done{};
}

}  // namespace

std::string_view name_of(DiskReading reading) {
  switch (reading) {
    case DiskReading::Direct:
      return "direct";
    case DiskReading::Dropped:
      return "cache dropped";
    case DiskReading::Memory:
      break;
  }
  return "memory file system";
}

Result<DiskSpeed> measure_file(const fs::path& file, const DiskLimits& limits,
                               const base::Clock& clock, const base::Interrupt& interrupt) {
  const OpenFile opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (opened.number() < 0 || ::fstat(opened.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return base::bad_input("expected a file to read, found none that can be opened", "",
                           file.string());
  }
  if (static_cast<std::uint64_t>(facts.st_size) < kFileBytesMin) {
    return base::bad_input("expected a file of a mebibyte or more to time, found a shorter one", "",
                           file.string());
  }
  return time_reading(opened.number(), file.string(), limits, clock, interrupt);
}

Result<DiskSpeed> measure_folder(const fs::path& folder, std::uint64_t bytes,
                                 const DiskLimits& limits, const base::Clock& clock,
                                 const base::Interrupt& interrupt) {
  ASSAY_TRY(const OpenFile file, open_unnamed(folder));
  ASSAY_TRY_DONE(write_noise(file.number(), folder.string(), bytes, interrupt));
  return time_reading(file.number(), folder.string(), limits, clock, interrupt);
}

bool is_wholly_on_disk(const fs::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  return static_cast<std::uint64_t>(facts.st_blocks) * kStatBlockBytes >=
         static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace assay::host
